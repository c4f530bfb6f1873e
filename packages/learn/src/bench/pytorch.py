"""Times the training step that `tutti bench train` times, in PyTorch: SGD, same models, batches and numbers of threads.

Reads lines {"subject": "mlp" or "cnn", "batch": n, "steps": n, "threads": n, "rate": x} from standard input; answers each
with {"samplesPerSecond": x}. The line {"describe": true} is answered with version and speed of the matrix product.
"""

import json
import sys
import time

import torch

torch.set_num_threads(1)


def mlp():
    return torch.nn.Sequential(
        torch.nn.Linear(784, 200),
        torch.nn.ReLU(),
        torch.nn.Linear(200, 200),
        torch.nn.ReLU(),
        torch.nn.Linear(200, 10),
    )


def cnn():
    """The network of McMahan et al. 2017: 1,663,370 parameters."""
    return torch.nn.Sequential(
        torch.nn.Unflatten(1, (1, 28, 28)),
        torch.nn.Conv2d(1, 32, 5, padding=2),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(32, 64, 5, padding=2),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(3136, 512),
        torch.nn.ReLU(),
        torch.nn.Linear(512, 10),
    )


def build(subject, batch, steps, rate):
    torch.manual_seed(1)
    model = {"mlp": mlp, "cnn": cnn}[subject]()
    examples = torch.rand(batch * steps, 784)
    labels = torch.randint(0, 10, (batch * steps,))
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
    torch.set_num_threads(request["threads"])
    key = (request["subject"], request["batch"], request["steps"])
    if key not in cases:
        cases[key] = build(*key, request["rate"])
        run(cases[key], request["batch"], request["steps"])
    speed = run(cases[key], request["batch"], request["steps"])
    print(json.dumps({"samplesPerSecond": speed}), flush=True)
