"""The same rounds in Flower's simulation: python3 simulate.py PARAMETERS CLIENTS ROUNDS OUT"""

import sys

from flwr.server import ServerApp
from flwr.simulation import run_simulation
from rounds.app import client, components

parameters, clients, rounds = map(int, sys.argv[1:4])
server = ServerApp(server_fn=lambda context: components(parameters, clients, rounds, sys.argv[4]))
run_simulation(server, client, num_supernodes=clients, backend_config={"client_resources": {"num_cpus": 1}})
