"""A member's trainer in PyTorch: one round of a Tutti federation.

    tutti node ID --trainer "python3 examples/pytorch-trainer/train.py" --data my.csv

The node calls this file with the path of round.json as its last argument. It reads the global model
(weights.safetensors) and the member's CSV, trains the multi-layer perceptron that the manifest describes, and writes
trained.safetensors and metrics.json. Change `train` to train as you like: the tensors' names and shapes must stay.

A federation whose model is an ONNX file has no layers in its manifest; it was exported from a module of yours, so say
where that is:

    tutti node ID --trainer "python3 examples/pytorch-trainer/train.py --module mine.py" --data my.csv

`mine.py` has a function `build()` that returns the module with the weights that were exported. Tensors that the federation
trains are found in it by their names; whatever else it has stays as it is.
"""

import importlib.util
import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
from torch.func import functional_call
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python"))
from round_files import count_classes, read_rows, read_safetensors, write_safetensors  # noqa: E402

torch.set_num_threads(1)


# --- the model --------------------------------------------------------------------------------------------------------


def open_model(model, module_file):
    """The model as a function of parameters by name and inputs [batch, inputs]."""
    if module_file is None:
        if "layers" not in model:
            sys.exit("this federation's model is an ONNX file: name the module that it was exported from, --module FILE")
        return lambda parameters, inputs: forward(parameters, inputs, len(model["layers"]))
    spec = importlib.util.spec_from_file_location("own_module", module_file)
    source = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(source)
    module = source.build().eval()
    own = {name: list(parameter.shape) for name, parameter in module.named_parameters()}
    for tensor in model["tensors"]:
        if own.get(tensor["name"]) != tensor["shape"]:
            sys.exit(f"{module_file} has no parameter {tensor['name']} of shape {tensor['shape']}; it has {own}")
    shape = model["shape"]
    return lambda parameters, inputs: functional_call(module, parameters, (inputs.reshape(-1, *shape),))


def forward(parameters, inputs, layers):
    """Outputs of the last layer; ReLU after every other one."""
    values = inputs
    for index in range(layers):
        values = functional.linear(values, parameters[f"layer{index}.weight"], parameters[f"layer{index}.bias"])
        if index < layers - 1:
            values = functional.relu(values)
    return values


def loss_of(outputs, targets, kind, class_weights):
    """Mean loss over a batch, examples weighted by their class."""
    if kind == "softmax":
        return functional.cross_entropy(outputs, targets, weight=class_weights)
    if kind == "linear":
        return functional.mse_loss(outputs[:, 0], targets)
    if kind == "multi-label":
        return functional.binary_cross_entropy_with_logits(outputs, targets, weight=class_weights)
    weights = None if class_weights is None else class_weights[targets.long()]
    losses = functional.binary_cross_entropy_with_logits(outputs[:, 0], targets, weight=weights, reduction="sum")
    return losses / (len(targets) if weights is None else weights.sum())


def count_correct(outputs, targets, kind):
    """How many answers are right, one an example, or one a label; None where answers are numbers."""
    if kind == "linear":
        return None
    if kind == "softmax":
        return int((outputs.argmax(1) == targets).sum())
    return int(((outputs > 0).float().reshape(targets.shape) == targets).sum())


def train(model, parameters, anchors, inputs, targets, task):
    """Trains in place, as the manifest suggests."""
    manifest, spec = task["manifest"], task["manifest"]["training"]
    kind = manifest["model"]["output"]
    weights = manifest["loss"].get("classWeights")
    class_weights = None if weights is None or kind == "linear" else torch.tensor(weights)
    rate = spec["learningRate"] * spec.get("decay", 1) ** task["round"]
    if spec["optimizer"] == "adam":
        optimizer = torch.optim.Adam(parameters.values(), lr=rate)
    else:
        optimizer = torch.optim.SGD(parameters.values(), lr=rate, momentum=spec["momentum"])
    # A manifest gives passes over the rows, or a number of steps, for which the rows are passed over again and again.
    steps = spec.get("steps") or spec["epochs"] * math.ceil(len(inputs) / spec["batchSize"])
    while steps > 0:
        for rows in torch.randperm(len(inputs)).split(spec["batchSize"])[:steps]:
            steps -= 1
            optimizer.zero_grad()
            loss = loss_of(model(parameters, inputs[rows]), targets[rows], kind, class_weights)
            if spec["proximal"] > 0:
                drift = sum(((parameters[name] - anchors[name]) ** 2).sum() for name in parameters)
                loss = loss + spec["proximal"] / 2 * drift
            loss.backward()
            optimizer.step()


def main(path, module_file=None):
    with open(path, encoding="utf-8") as file:
        task = json.load(file)
    if task["data"] is None:
        sys.exit("start the node with --data FILE: this trainer reads a CSV")
    torch.manual_seed(task["seed"])
    manifest = task["manifest"]
    kind, model = manifest["model"]["output"], open_model(manifest["model"], module_file)
    inputs, labels = read_rows(task["data"], manifest["data"])
    inputs = torch.from_numpy(inputs)
    targets = torch.from_numpy(labels.astype(np.int64 if kind == "softmax" else np.float32))
    anchors = {name: torch.from_numpy(array) for name, array in read_safetensors(task["weights"]).items()}
    parameters = {name: tensor.clone().requires_grad_() for name, tensor in anchors.items()}

    with torch.no_grad():
        outputs = model(parameters, inputs)
        metrics = {"examples": len(inputs), "loss": float(loss_of(outputs, targets, kind, None))}
        correct = count_correct(outputs, targets, kind)
    if correct is not None:
        metrics["correct"] = correct
    per_class = count_classes(labels, manifest["data"]["label"])
    if per_class is not None:
        metrics["perClass"] = per_class

    train(model, parameters, anchors, inputs, targets, task)
    write_safetensors(task["trained"], {name: tensor.detach().numpy() for name, tensor in parameters.items()})
    with open(task["metrics"], "w", encoding="utf-8") as file:
        json.dump(metrics, file)
    print(f"round {task['round']}: {metrics}")


if __name__ == "__main__":
    main(sys.argv[-1], sys.argv[2] if sys.argv[1] == "--module" else None)
