"""Carrying out trials in this process."""

from __future__ import annotations

import os
import socket
import threading
import traceback
from typing import Any, Callable, Dict, Mapping, Optional, Tuple, Union

from ._client import AttuneError, Client, Unreachable

Json = Dict[str, Any]
Objective = Callable[["Trial"], Union[None, float, Mapping[str, float]]]

#: The service says so of a trial that is over, or another worker's by now.
_NOT_OURS = ("ABORTED", "FAILED_PRECONDITION", "NOT_FOUND")


class StopTrial(Exception):
    """The trial is to end its work: it is hopeless, has used its resource, or has come to where it will come to.

    Raised by `Trial.report`. Let it pass, or save a checkpoint and return.
    """

    def __init__(self, verdict: str) -> None:
        super().__init__(f"the trial is to end: {verdict}")
        #: PAUSE, STOP or FINISH; LOST where the trial is another worker's by now.
        self.verdict = verdict


class Trial:
    """A trial that an objective carries out."""

    def __init__(
        self, client: Client, experiment: str, metric: str, message: Json,
        read: Optional[Mapping[str, Callable[[Any], Any]]] = None,
    ) -> None:
        self.experiment = experiment
        self.number = int(message["number"])
        self.attempt = int(message.get("attempt", 1))
        self.name = str(message.get("name", ""))
        found: Json = message.get("assignment", {})
        #: Names and values of the active parameters.
        self.params: Json = {name: (read or {}).get(name, _same)(value) for name, value in found.items()}
        #: Units of resource, epochs mostly, that it may use in all; None for as many as it likes.
        self.resource: Optional[int] = int(message.get("resource", 0)) or None
        #: The trial with whose checkpoints it begins.
        self.parent: Optional[int] = int(message.get("parent", 0)) or None
        self._client = client
        self._metric = metric
        self._step = 0
        self._lock = threading.Lock()
        self._verdict = "PROCEED"

    def report(self, value: Union[float, Mapping[str, float]], step: Optional[int] = None) -> None:
        """Records an intermediate value of the objective, or of several metrics.

        :param step: the step or epoch; counted from 1 where it is not given.
        :raises StopTrial: where the trial is to end its work.
        """
        metrics = dict(value) if isinstance(value, Mapping) else {self._metric: float(value)}
        with self._lock:
            self._step = step if step is not None else self._step + 1
            at = self._step
        try:
            verdict = self._client.report(self.experiment, self.number, metrics, step=at, attempt=self.attempt)
        except AttuneError as error:
            if error.code not in _NOT_OURS:
                raise
            verdict = "LOST"
        self._tell(verdict)
        if self.verdict != "PROCEED":
            raise StopTrial(self.verdict)

    @property
    def verdict(self) -> str:
        """What was last said of it: PROCEED, PAUSE, STOP, FINISH or LOST. Heartbeats keep it fresh."""
        with self._lock:
            return self._verdict

    def _tell(self, verdict: str) -> None:
        with self._lock:
            if self._verdict == "PROCEED":
                self._verdict = verdict


def _same(value: Any) -> Any:
    return value


class Worker:
    """Asks for an experiment's trials and carries them out, until it is over.

    :param parallel: trials at once, each on a thread.
    :param lease_seconds: after how long without a sign of life others get the trials. Heartbeats go out by themselves.
    :param read: turns values of parameters into those that the objective wants.
    """

    def __init__(
        self, client: Client, experiment: str, objective: Objective, *, parallel: int = 1,
        lease_seconds: float = 60.0, name: Optional[str] = None,
        read: Optional[Mapping[str, Callable[[Any], Any]]] = None,
    ) -> None:
        self.client = client
        self.experiment = experiment
        self.objective = objective
        self.parallel = max(1, parallel)
        self.lease_seconds = lease_seconds
        self.name = name or f"{socket.gethostname()}:{os.getpid()}"
        self._read = read
        self._metric = str(client.get_experiment(experiment).get("metric", ""))
        self._held: Dict[Tuple[int, int], Trial] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._failure: Optional[BaseException] = None

    def stop(self) -> None:
        """Asks for no further trials."""
        self._over.set()

    def run(self) -> None:
        """Returns when the experiment is over, or `stop` was called and the trials under way have ended."""
        done = threading.Event()
        beating = threading.Thread(target=self._beat, args=(done,), daemon=True)
        beating.start()
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self.parallel)]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                # A join without a limit would not hear Ctrl-C.
                while thread.is_alive():
                    thread.join(0.5)
        except BaseException:
            self._over.set()
            self._give_back()
            raise
        finally:
            done.set()
        beating.join()
        if self._failure is not None:
            raise self._failure

    def _work(self) -> None:
        try:
            while not self._over.is_set():
                reply = self.client.ask(
                    self.experiment, worker=self.name, lease_seconds=self.lease_seconds, wait_seconds=5.0)
                if reply.get("state") == "ASK_OVER":
                    # A trial under way here that is lost may be another try for those who ask.
                    return
                for message in reply.get("trials", []):
                    trial = Trial(self.client, self.experiment, self._metric, message, self._read)
                    self._carry_out(trial)
        except BaseException as error:
            self._failure = self._failure or error
            self._over.set()

    def _carry_out(self, trial: Trial) -> None:
        key = (trial.number, trial.attempt)
        with self._lock:
            self._held[key] = trial
        try:
            self._end(trial)
        except AttuneError as error:
            # It is over or another's: there is nobody to tell what it came to.
            if error.code not in _NOT_OURS:
                raise
        finally:
            with self._lock:
                self._held.pop(key, None)

    def _end(self, trial: Trial) -> None:
        claim = (trial.experiment, trial.number)
        try:
            result = self.objective(trial)
        except StopTrial:
            if trial.verdict != "LOST":
                self.client.complete(*claim, attempt=trial.attempt)
        except Unreachable:
            raise
        except Exception as error:
            lines = traceback.format_exc().strip().splitlines()
            reason = "".join(traceback.format_exception_only(type(error), error)).strip()
            self.client.fail(*claim, reason, attempt=trial.attempt, last_output="\n".join(lines[-10:]))
        except BaseException:
            self.client.fail(*claim, "its worker was interrupted", attempt=trial.attempt, lost=True)
            raise
        else:
            if trial.verdict == "LOST":
                return
            if result is None or trial.verdict != "PROCEED":
                self.client.complete(*claim, attempt=trial.attempt)
            else:
                metrics = dict(result) if isinstance(result, Mapping) else {self._metric: float(result)}
                self.client.tell(*claim, metrics, attempt=trial.attempt)

    def _beat(self, done: threading.Event) -> None:
        while not done.wait(self.lease_seconds / 3):
            with self._lock:
                held = dict(self._held)
            if not held:
                continue
            try:
                states = self.client.heartbeat(
                    self.experiment, list(held), lease_seconds=self.lease_seconds, patience=self.lease_seconds / 6)
            except AttuneError:
                # The next sign may get through.
                continue
            for trial, state in zip(held.values(), states):
                trial._tell(str(state.get("verdict", "PROCEED")) if state.get("held") else "LOST")

    def _give_back(self) -> None:
        with self._lock:
            held = dict(self._held)
        for number, attempt in held:
            try:
                self.client.fail(
                    self.experiment, number, "its worker was interrupted", attempt=attempt, lost=True)
            except AttuneError:
                # Its lease runs out by itself.
                continue
