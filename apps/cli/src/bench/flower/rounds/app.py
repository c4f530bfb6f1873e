"""Federated averaging of clients that send back what they got: seconds of each round, written as JSON."""

import json
import time

import numpy as np
from flwr.client import ClientApp, NumPyClient
from flwr.common import ndarrays_to_parameters
from flwr.server import ServerApp, ServerAppComponents, ServerConfig
from flwr.server.strategy import FedAvg


class Idle(NumPyClient):
    def fit(self, parameters, config):
        return parameters, 1, {}


class Timed(FedAvg):
    """Notes how long each round takes, from asking the clients to their average."""

    def __init__(self, out, **options):
        super().__init__(**options)
        self.out, self.seconds, self.start = out, [], 0.0

    def configure_fit(self, *given, **named):
        self.start = time.time()
        return super().configure_fit(*given, **named)

    def aggregate_fit(self, *given, **named):
        result = super().aggregate_fit(*given, **named)
        self.seconds.append(time.time() - self.start)
        with open(self.out, "w", encoding="utf-8") as file:
            json.dump(self.seconds, file)
        return result


def components(parameters, clients, rounds, out):
    strategy = Timed(
        out,
        fraction_fit=1.0,
        fraction_evaluate=0.0,
        min_fit_clients=clients,
        min_available_clients=clients,
        initial_parameters=ndarrays_to_parameters([np.zeros(parameters, np.float32)]),
    )
    return ServerAppComponents(strategy=strategy, config=ServerConfig(num_rounds=rounds))


def server_fn(context):
    config = context.run_config
    return components(*(int(config[key]) for key in ("parameters", "clients", "rounds")), config["out"])


server = ServerApp(server_fn=server_fn)
client = ClientApp(client_fn=lambda context: Idle().to_client())
