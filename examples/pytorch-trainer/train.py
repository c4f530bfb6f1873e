"""A member's trainer in PyTorch: one round of a Tutti federation.

    tutti node ID --trainer "python3 examples/pytorch-trainer/train.py" --data my.csv

The node calls this file with the path of round.json as its last argument. It reads the global model
(weights.safetensors) and the member's CSV, trains the multi-layer perceptron that the manifest describes, and writes
trained.safetensors and metrics.json. Change `train` to train as you like: the tensors' names and shapes must stay.
"""

import csv
import json
import math
import struct
import sys

import numpy as np
import torch
from torch.nn import functional

torch.set_num_threads(1)


# --- safetensors: 8 bytes of header length, a JSON header, the tensors' bytes -----------------------------------------


def read_safetensors(path):
    """Tensors by name, as float32 arrays."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        body = file.read()
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] != "F32":
            sys.exit(f"tensor {name} has type {entry['dtype']}; the node writes F32")
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(body[begin:end], "<f4").reshape(entry["shape"]).copy()
    return tensors


def write_safetensors(path, tensors):
    """Writes float32 arrays by name."""
    header, end = {}, 0
    for name, array in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [end, end + 4 * array.size]}
        end += 4 * array.size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in tensors.values():
            file.write(np.ascontiguousarray(array, "<f4").tobytes())


# --- the CSV through the manifest's schema ----------------------------------------------------------------------------


def to_byte(real, schema):
    """clamp(round(real / inputScale) + inputZero, 0, 255), halves up."""
    numerator, denominator = schema["inputScale"]
    return min(255, max(0, math.floor(real * denominator / numerator + 0.5) + schema["inputZero"]))


def encode_feature(feature, cell, schema, line):
    """The bytes of one cell: one for a number, one for each category of a category."""

    def refuse(reason):
        sys.exit(f'line {line}, column "{feature["name"]}": {reason}')

    if cell == "" and feature["missing"] == "refuse":
        refuse("the value is missing")
    if feature["kind"] == "category":
        if cell != "" and cell not in feature["categories"] and feature["unknown"] == "refuse":
            refuse(f'"{cell}" is none of its categories')
        return [to_byte(float(cell == category), schema) for category in feature["categories"]]
    try:
        value = float(feature["missing"] if cell == "" else cell)
    except ValueError:
        refuse(f'"{cell}" is not a number')
    if not math.isfinite(value):
        refuse(f'"{cell}" is not a number')
    if cell != "" and not feature.get("minimum", -math.inf) <= value <= feature.get("maximum", math.inf):
        refuse(f"{value} is out of range")
    return [to_byte((value - feature["center"]) / feature["spread"], schema)]


def encode_label(label, cell, line):
    """A class index, a list of 0 and 1 for each label, or a standardised number."""
    if label["kind"] == "number":
        return (float(cell) - label["center"]) / label["spread"]
    parts = [part.strip() for part in cell.split(";") if part.strip()] if label["kind"] == "labels" else [cell]
    for part in parts:
        if part not in label["classes"]:
            sys.exit(f'line {line}, column "{label["name"]}": "{part}" is none of the classes')
    if label["kind"] == "labels":
        return [float(name in parts) for name in label["classes"]]
    return label["classes"].index(cell)


def read_rows(path, schema):
    """Inputs [count, inputs] as the contract will see them, `(byte - inputZero) * inputScale`, and labels."""
    inputs, labels = [], []
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        for row in rows:
            cells = [encode_feature(f, row[f["name"]].strip(), schema, rows.line_num) for f in schema["features"]]
            inputs.append([byte for cell in cells for byte in cell])
            labels.append(encode_label(schema["label"], row[schema["label"]["name"]].strip(), rows.line_num))
    if not inputs:
        sys.exit(f"{path} has no rows to train on")
    numerator, denominator = schema["inputScale"]
    scale = np.float32(numerator / denominator)
    return (np.array(inputs, np.float32) - schema["inputZero"]) * scale, np.array(labels)


# --- the model --------------------------------------------------------------------------------------------------------


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


def train(parameters, anchors, inputs, targets, task):
    """Trains in place, as the manifest suggests."""
    manifest, spec = task["manifest"], task["manifest"]["training"]
    kind, layers = manifest["model"]["output"], len(manifest["model"]["layers"])
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
            loss = loss_of(forward(parameters, inputs[rows], layers), targets[rows], kind, class_weights)
            if spec["proximal"] > 0:
                drift = sum(((parameters[name] - anchors[name]) ** 2).sum() for name in parameters)
                loss = loss + spec["proximal"] / 2 * drift
            loss.backward()
            optimizer.step()


def main(path):
    with open(path, encoding="utf-8") as file:
        task = json.load(file)
    if task["data"] is None:
        sys.exit("start the node with --data FILE: this trainer reads a CSV")
    torch.manual_seed(task["seed"])
    manifest = task["manifest"]
    kind, layers = manifest["model"]["output"], len(manifest["model"]["layers"])
    inputs, labels = read_rows(task["data"], manifest["data"])
    inputs = torch.from_numpy(inputs)
    targets = torch.from_numpy(labels.astype(np.int64 if kind == "softmax" else np.float32))
    anchors = {name: torch.from_numpy(array) for name, array in read_safetensors(task["weights"]).items()}
    parameters = {name: tensor.clone().requires_grad_() for name, tensor in anchors.items()}

    with torch.no_grad():
        outputs = forward(parameters, inputs, layers)
        metrics = {"examples": len(inputs), "loss": float(loss_of(outputs, targets, kind, None))}
        correct = count_correct(outputs, targets, kind)
    if correct is not None:
        metrics["correct"] = correct
    if manifest["data"]["label"]["kind"] == "class":
        metrics["perClass"] = np.bincount(labels, minlength=len(manifest["data"]["label"]["classes"])).tolist()
    elif manifest["data"]["label"]["kind"] == "labels":
        metrics["perClass"] = labels.sum(0).astype(int).tolist()

    train(parameters, anchors, inputs, targets, task)
    write_safetensors(task["trained"], {name: tensor.detach().numpy() for name, tensor in parameters.items()})
    with open(task["metrics"], "w", encoding="utf-8") as file:
        json.dump(metrics, file)
    print(f"round {task['round']}: {metrics}")


if __name__ == "__main__":
    main(sys.argv[-1])
