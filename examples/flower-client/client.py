"""A Flower client as one writes it for Flower: nothing in it knows of Tutti.

A network with one hidden layer, ReLU, and one logit, trained by mini-batch gradient descent in numpy.
"""

import numpy as np
from flwr.client import ClientApp, NumPyClient
from flwr.common import Context


def forward(parameters, inputs):
    """Hidden values and the probability of the second class."""
    weights, biases, last_weights, last_biases = parameters
    hidden = np.maximum(inputs @ weights.T + biases, 0)
    return hidden, 1 / (1 + np.exp(-(hidden @ last_weights.T + last_biases)[:, 0]))


class PumpClient(NumPyClient):
    def __init__(self, inputs, labels, epochs, batch_size, learning_rate):
        self.inputs, self.labels = inputs, labels
        self.epochs, self.batch_size, self.learning_rate = epochs, batch_size, learning_rate

    def fit(self, parameters, config):
        parameters = [array.copy() for array in parameters]
        random = np.random.default_rng(config["server-round"])
        for _ in range(self.epochs):
            order = random.permutation(len(self.labels))
            for start in range(0, len(order), self.batch_size):
                self.step(parameters, order[start : start + self.batch_size])
        return parameters, len(self.labels), {}

    def step(self, parameters, rows):
        inputs = self.inputs[rows]
        hidden, answers = forward(parameters, inputs)
        slope = (answers - self.labels[rows])[:, None] / len(rows)
        hidden_slope = (slope @ parameters[2]) * (hidden > 0)
        gradients = [hidden_slope.T @ inputs, hidden_slope.sum(0), slope.T @ hidden, slope.sum(0)]
        for array, gradient in zip(parameters, gradients):
            array -= self.learning_rate * gradient

    def evaluate(self, parameters, config):
        _, answers = forward(parameters, self.inputs)
        answers = np.clip(answers, 1e-7, 1 - 1e-7)
        loss = -np.mean(np.log(np.where(self.labels == 1, answers, 1 - answers)))
        return float(loss), len(self.labels), {"accuracy": float(np.mean((answers > 0.5) == self.labels))}


def client_fn(context: Context):
    rows = np.load(context.node_config["rows"])
    config = context.run_config
    return PumpClient(
        rows["inputs"], rows["labels"], config["local-epochs"], config["batch-size"], config["learning-rate"]
    ).to_client()


app = ClientApp(client_fn)
