"""The files of a round, for trainers in Python: tensors in and out, and rows as the contract will see them.

Needs numpy. docs/trainer.md says what is in the files.
"""

import csv
import json
import math
import struct
import sys

import numpy as np

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


def count_classes(labels, label):
    """Rows of each class, for `perClass` of the metrics; None where the label is a number."""
    if label["kind"] == "class":
        return np.bincount(labels, minlength=len(label["classes"])).tolist()
    return labels.sum(0).astype(int).tolist() if label["kind"] == "labels" else None
