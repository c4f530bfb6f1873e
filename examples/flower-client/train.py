"""Runs a Flower client as a member's trainer: one round of a Tutti federation.

    tutti node ID --trainer "python3 examples/flower-client/train.py examples/flower-client/client.py" --data my.csv

The node calls this file with the path of round.json as its last argument. The file named before it is a Flower app's: its
`client_fn` gives the client, whose `fit` trains and whose `evaluate` judges the model as it came. It is asked with the
federation's tensors in the manifest's order, and finds in its context

    node_config   "data": the member's CSV; "rows": an .npz of it with `inputs` [rows, inputs], as the contract will see
                  them, and `labels`; "partition-id": 0, "num-partitions": 1
    run_config    "learning-rate", "momentum", "batch-size", "local-epochs", as the manifest suggests; to `fit` and
                  `evaluate` the same, with "server-round", from 1

No server is started and nothing is listened to. Flower's telemetry is off unless your environment switches it on.
"""

import importlib.util
import json
import math
import os
import sys
from pathlib import Path

os.environ.setdefault("FLWR_TELEMETRY_ENABLED", "0")

import numpy as np  # noqa: E402
from flwr.common import (  # noqa: E402
    Code,
    Context,
    EvaluateIns,
    FitIns,
    RecordDict,
    ndarrays_to_parameters,
    parameters_to_ndarrays,
)

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python"))
from round_files import count_classes, read_rows, read_safetensors, write_safetensors  # noqa: E402


def load_client_fn(path):
    """`client_fn` of a Flower app's file, which may import its neighbours."""
    sys.path.insert(0, str(Path(path).resolve().parent))
    spec = importlib.util.spec_from_file_location("flower_client_app", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not hasattr(module, "client_fn"):
        sys.exit(f"{path} has no client_fn(context): name the file that defines it")
    return module.client_fn


def to_config(training, round_index, rows):
    """What the manifest suggests, in the words of Flower's templates. Steps become the epochs that have at least as many."""
    steps, batch = training.get("steps"), training["batchSize"]
    epochs = training["epochs"] if steps is None else math.ceil(steps / math.ceil(rows / batch))
    return {
        "learning-rate": training["learningRate"] * training.get("decay", 1) ** round_index,
        "momentum": training["momentum"],
        "batch-size": batch,
        "local-epochs": epochs,
    }


def require_ok(result, step):
    """Ends where a client says that it failed."""
    if result.status.code != Code.OK:
        sys.exit(f"the client's {step} failed: {result.status.message}")
    return result


def main(app_path, round_path):
    with open(round_path, encoding="utf-8") as file:
        task = json.load(file)
    if task["data"] is None:
        sys.exit("start the node with --data FILE: this trainer reads a CSV")
    manifest = task["manifest"]
    inputs, labels = read_rows(task["data"], manifest["data"])
    rows = str(Path(round_path).with_name("rows.npz"))
    np.savez(rows, inputs=inputs, labels=labels)

    tensors = read_safetensors(task["weights"])
    names = [tensor["name"] for tensor in manifest["tensors"]]
    parameters = ndarrays_to_parameters([tensors[name] for name in names])
    config = to_config(manifest["training"], task["round"], len(inputs))
    node_config = {"partition-id": 0, "num-partitions": 1, "data": task["data"], "rows": rows}
    # Flower keeps what a client notes from round to round; a node starts a fresh program in each.
    context = Context(run_id=1, node_id=1, node_config=node_config, state=RecordDict(), run_config=config)
    client = load_client_fn(app_path)(context)
    asked = {**config, "server-round": task["round"] + 1}

    judged = require_ok(client.evaluate(EvaluateIns(parameters, asked)), "evaluate")
    fitted = require_ok(client.fit(FitIns(parameters, asked)), "fit")
    arrays = parameters_to_ndarrays(fitted.parameters)
    if len(arrays) != len(names):
        sys.exit(f"the client's fit returned {len(arrays)} arrays; the model has {len(names)} tensors")
    write_safetensors(task["trained"], {name: np.asarray(array, np.float32) for name, array in zip(names, arrays)})

    metrics = {"examples": fitted.num_examples, "loss": float(judged.loss)}
    if "accuracy" in judged.metrics:
        metrics["correct"] = round(judged.metrics["accuracy"] * judged.num_examples)
    per_class = count_classes(labels, manifest["data"]["label"])
    if per_class is not None and sum(per_class) == metrics["examples"]:
        metrics["perClass"] = per_class
    with open(task["metrics"], "w", encoding="utf-8") as file:
        json.dump(metrics, file)
    print(f"round {task['round']}: {metrics}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit('usage: --trainer "python3 train.py CLIENT.py"; the node adds the path of round.json')
    main(sys.argv[1], sys.argv[2])
