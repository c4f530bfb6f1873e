"""Times the training step that `tutti bench train` times, in PyTorch with one thread: SGD on an MLP, same batches.

Reads lines {"sizes": [...], "batch": n, "steps": n, "rate": x} from standard input; answers each with
{"samplesPerSecond": x}. The line {"describe": true} is answered with version and speed of the matrix product.
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


def describe():
    left, right = torch.rand(32, 784), torch.rand(784, 200)
    best = min(time_product(left, right) for _ in range(5))
    blas = [part for part in torch.__config__.show().split(", ") if "BLAS_INFO" in part]
    name = blas[0].split("BLAS_INFO=")[-1] if blas else "unknown"
    return {"torch": torch.__version__, "blas": name, "gigaflops": round(2 * 32 * 784 * 200 / best / 1e9, 1)}


def time_product(left, right):
    started = time.perf_counter()
    for _ in range(20):
        left @ right
    return (time.perf_counter() - started) / 20


cases = {}
for line in sys.stdin:
    request = json.loads(line)
    if request.get("describe"):
        print(json.dumps(describe()), flush=True)
        continue
    key = (tuple(request["sizes"]), request["batch"], request["steps"])
    if key not in cases:
        cases[key] = build(*key, request["rate"])
        run(cases[key], request["batch"], request["steps"])
    speed = run(cases[key], request["batch"], request["steps"])
    print(json.dumps({"samplesPerSecond": speed}), flush=True)
