"""Times the training step that `tutti bench train` times, in PyTorch with one thread: SGD on an MLP, same batches.

Reads lines {"sizes": [...], "batch": n, "steps": n, "rate": x} from standard input; answers each with
{"samplesPerSecond": x, "torch": version}.
"""

import json
import sys
import time

import torch

torch.set_num_threads(1)


def build(sizes, batch, steps, rate):
    torch.manual_seed(1)
    layers = []
    for index in range(len(sizes) - 1):
        layers.append(torch.nn.Linear(sizes[index], sizes[index + 1]))
        if index < len(sizes) - 2:
            layers.append(torch.nn.ReLU())
    model = torch.nn.Sequential(*layers)
    examples = torch.rand(batch * steps, sizes[0])
    labels = torch.randint(0, sizes[-1], (batch * steps,))
    return model, torch.optim.SGD(model.parameters(), lr=rate), examples, labels


def run(case, batch, steps):
    model, optimizer, examples, labels = case
    loss_of = torch.nn.CrossEntropyLoss()
    started = time.perf_counter()
    order = torch.randperm(batch * steps)
    for step in range(steps):
        rows = order[step * batch : (step + 1) * batch]
        optimizer.zero_grad()
        loss_of(model(examples[rows]), labels[rows]).backward()
        optimizer.step()
    return batch * steps / (time.perf_counter() - started)


cases = {}
for line in sys.stdin:
    request = json.loads(line)
    key = (tuple(request["sizes"]), request["batch"], request["steps"])
    if key not in cases:
        cases[key] = build(*key, request["rate"])
        run(cases[key], request["batch"], request["steps"])
    speed = run(cases[key], request["batch"], request["steps"])
    print(json.dumps({"samplesPerSecond": speed, "torch": torch.__version__}), flush=True)
