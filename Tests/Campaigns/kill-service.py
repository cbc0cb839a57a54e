#!/usr/bin/env python3
"""Asks and tells from many clients while the server is killed again and again, and checks what is left.

    kill-service.py ATTUNE [--seconds 300] [--clients 64] [--every 4] [--trials 2000] [--seed 1]

Every client repeats a request under its id until it is answered. At the end: every tell that was acknowledged is there,
once, with its value; no trial was given to two clients; no trial that was given, or is in the store, is nobody's.
"""

import argparse
import collections
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid


class Server:
    """The server under test, started again after every kill."""

    def __init__(self, binary, directory, port):
        self.command = [binary, "serve", "--store", os.path.join(directory, "attune.db"),
                        "--http", f"127.0.0.1:{port}", "--grpc", "127.0.0.1:0"]
        self.port = port
        self.log = open(os.path.join(directory, "server.log"), "w")
        self.kills = 0
        self.memory = []
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("attune serves"):
            raise SystemExit(f"the server did not start: {line!r}; see {self.log.name}")

    def resident(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def kill(self):
        self.memory.append(self.resident())
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1
        self.start()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        if code != 0:
            raise SystemExit(f"the server ended with {code} when it was told to stop")


class Caller:
    """One connection, which repeats a call until it is answered."""

    def __init__(self, port):
        self.port, self.connection, self.repeats = port, None, 0

    def call(self, method, body):
        data = json.dumps(body)
        while True:
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                self.connection.request("POST", "/attune.v1." + method, data, {"content-type": "application/json"})
                response = self.connection.getresponse()
                answer = json.loads(response.read())
            except (OSError, http.client.HTTPException, ValueError):
                self.repeats += 1
                if self.connection:
                    self.connection.close()
                self.connection = None
                time.sleep(0.02)
                continue
            if response.status in (429, 503):
                time.sleep(0.02)
                continue
            if response.status != 200:
                raise RuntimeError(f"{method} {body}: {response.status} {answer}")
            return answer


MANIFEST = """
apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: NAME}
spec:
  objective: {type: minimize, objectiveMetricName: loss}
  algorithm: {algorithmName: random}
  parallelTrialCount: 1000
  maxTrialCount: TRIALS
  parameters:
  - {name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}
  - {name: n, parameterType: int, feasibleSpace: {min: "1", max: "1000000"}}
"""


class Campaign:
    def __init__(self, options, port):
        self.options, self.port = options, port
        self.lock = threading.Lock()
        self.given = collections.defaultdict(list)
        self.told = {}
        self.repeats = 0
        self.failures = []
        self.round = 0
        self.is_over = False

    def name(self, number):
        return f"load-{number}"

    def create(self, caller, number):
        manifest = MANIFEST.replace("NAME", self.name(number)).replace("TRIALS", str(self.options.trials))
        caller.call("Experiments/CreateExperiment", {"text": manifest, "requestId": f"create-{number}"})

    def work(self, index):
        caller = Caller(self.port)
        chooser = random.Random(self.options.seed * 1000 + index)
        try:
            while not self.is_over:
                self.step(caller, chooser)
        except Exception as error:  # Whatever it was, the campaign has failed.
            with self.lock:
                self.failures.append(f"client {index}: {error}")
        with self.lock:
            self.repeats += caller.repeats

    def step(self, caller, chooser):
        number = self.round
        name = self.name(number)
        answer = caller.call("Trials/Ask", {"experiment": name, "requestId": uuid.uuid4().hex, "leaseSeconds": 3600})
        if answer["state"] == "ASK_OVER":
            with self.lock:
                if self.round == number:
                    self.create(caller, number + 1)
                    self.round = number + 1
            return
        for trial in answer.get("trials", []):
            key = (name, trial["number"])
            with self.lock:
                self.given[key].append(trial["assignment"])
            value = chooser.random()
            caller.call("Trials/Tell", {"experiment": name, "trial": trial["number"], "attempt": trial["attempt"],
                                        "metrics": {"loss": value}, "requestId": uuid.uuid4().hex})
            with self.lock:
                self.told[key] = value

    def check(self, caller):
        wrong = list(self.failures)
        for key, assignments in self.given.items():
            if len(assignments) > 1:
                wrong.append(f"{key} was given {len(assignments)} times")
        stored = {}
        for number in range(self.round + 1):
            name, token, numbers = self.name(number), "", []
            while True:
                page = caller.call("Experiments/ListTrials", {"experiment": name, "pageSize": 1000, "pageToken": token})
                for trial in page.get("trials", []):
                    stored[(name, trial["number"])] = trial
                    numbers.append(trial["number"])
                token = page.get("nextPageToken", "")
                if not token:
                    break
            if numbers != list(range(1, len(numbers) + 1)):
                wrong.append(f"{name}: the numbers of its trials have gaps or repeats")
        for key, value in self.told.items():
            trial = stored.get(key)
            if trial is None:
                wrong.append(f"{key} was acknowledged and is not there")
            elif trial["state"] != "Succeeded" or trial.get("value") != value:
                wrong.append(f"{key}: told {value}, the store has {trial['state']} {trial.get('value')}")
        for key in stored:
            if key not in self.given:
                wrong.append(f"{key} is in the store, and nobody was given it")
        for key, assignments in self.given.items():
            if key in stored and stored[key]["assignment"] != assignments[0]:
                wrong.append(f"{key} was given as {assignments[0]} and is stored as {stored[key]['assignment']}")
        for number in range(self.round + 1):
            wrong += self.check_log(caller, self.name(number))
        return wrong

    def check_log(self, caller, name):
        """Every trial starts once and ends at most once, in the log itself."""
        counts, after = collections.Counter(), 0
        while True:
            page = caller.call("Experiments/ListEvents", {"experiment": name, "after": after, "pageSize": 10000})
            events = page.get("events", [])
            for event in events:
                counts[(event["kind"], event.get("trial", 0))] += 1
                after = int(event["sequence"])
            if not events:
                break
        return [f"{name}: {kind} of trial {trial} stands {count} times in the log"
                for (kind, trial), count in counts.items() if kind in ("started", "ended") and count > 1]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("attune")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--every", type=float, default=4, help="seconds between kills, on average")
    parser.add_argument("--trials", type=int, default=2000, help="of an experiment, before the next one is begun; 1000 at least")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chooser = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as directory:
        port = free_port()
        server = Server(options.attune, directory, port)
        campaign = Campaign(options, port)
        caller = Caller(port)
        campaign.create(caller, 0)
        threads = [threading.Thread(target=campaign.work, args=(i,)) for i in range(options.clients)]
        for thread in threads:
            thread.start()
        end = time.monotonic() + options.seconds
        while time.monotonic() < end:
            time.sleep(min(chooser.expovariate(1 / options.every), max(0, end - time.monotonic())))
            if time.monotonic() < end:
                server.kill()
        campaign.is_over = True
        for thread in threads:
            thread.join()
        wrong = campaign.check(caller)
        memory = server.memory + [server.resident()]
        server.stop()
        print(f"{server.kills} kills, {options.clients} clients, {len(campaign.told)} tells acknowledged in "
              f"{campaign.round + 1} experiments, {campaign.repeats} calls repeated; "
              f"memory {min(memory):.0f} to {max(memory):.0f} MB, at the end {memory[-1]:.0f}")
        for line in wrong[:20]:
            print("WRONG:", line)
        if wrong:
            sys.exit(f"{len(wrong)} things are wrong (seed {options.seed})")
        print("every acknowledged tell is there, once; every trial was given once")


if __name__ == "__main__":
    main()
