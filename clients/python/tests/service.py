"""A real service for tests: the program that ATTUNE_BINARY names."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import unittest
from typing import List, Optional

from attune_client import Client

BINARY = os.environ.get("ATTUNE_BINARY")


class Service:
    def __init__(self, directory: str) -> None:
        self.store = os.path.join(directory, "attune.db")
        self.process: Optional["subprocess.Popen[str]"] = None
        self.url = ""

    def start(self, http: str = "127.0.0.1:0") -> None:
        assert BINARY
        self.process = subprocess.Popen(
            [BINARY, "serve", "--store", self.store, "--http", http, "--grpc", "127.0.0.1:0"],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})
        assert self.process.stdout
        line = self.process.stdout.readline()
        found = re.search(r"http://[^ ,]+", line)
        if not found:
            raise AssertionError(f"the service did not start: {line!r}")
        self.url = found.group(0)

    def end(self, number: int = signal.SIGKILL) -> None:
        if self.process is None:
            return
        self.process.send_signal(number)
        self.process.wait(30)
        assert self.process.stdout
        self.process.stdout.close()
        self.process = None

    def restart(self) -> None:
        """Kills it in the middle of everything, and starts it where it was."""
        address = self.url[len("http://"):]
        self.end()
        self.start(address)


@unittest.skipUnless(BINARY, "ATTUNE_BINARY names no attune to test with")
class ServiceTest(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.service = Service(directory.name)
        self.service.start()
        self.addCleanup(self.service.end)
        self.client = Client(self.service.url, patience=20)
        self.addCleanup(self.client.close)


def manifest(name: str, trials: int = 5, parallel: int = 2, algorithm: str = "random", **spec: object) -> dict:
    return {
        "apiVersion": "kubeflow.org/v1beta1", "kind": "Experiment", "metadata": {"name": name},
        "spec": {
            "seed": 1, "objective": {"type": "minimize", "objectiveMetricName": "loss"},
            "algorithm": {"algorithmName": algorithm}, "parallelTrialCount": parallel, "maxTrialCount": trials,
            "parameters": [
                {"name": "x", "parameterType": "double", "feasibleSpace": {"min": "0", "max": "1"}},
            ],
            **spec,
        },
    }


def states(client: Client, name: str) -> List[str]:
    return [trial["state"] for trial in client.list_trials(name)]
