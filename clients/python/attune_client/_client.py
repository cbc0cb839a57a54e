"""The methods of attune.v1, as JSON over HTTP."""

from __future__ import annotations

import http.client
import json
import math
import random
import ssl
import threading
import time
import uuid
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union
from urllib.parse import urlsplit

Json = Dict[str, Any]

_CODES = {
    1: "CANCELLED", 2: "UNKNOWN", 3: "INVALID_ARGUMENT", 4: "DEADLINE_EXCEEDED", 5: "NOT_FOUND", 6: "ALREADY_EXISTS",
    7: "PERMISSION_DENIED", 8: "RESOURCE_EXHAUSTED", 9: "FAILED_PRECONDITION", 10: "ABORTED", 12: "UNIMPLEMENTED",
    13: "INTERNAL", 14: "UNAVAILABLE", 16: "UNAUTHENTICATED",
}


class AttuneError(Exception):
    """The service refused a call, or failed."""

    def __init__(
        self, code: str, message: str, status: int = 0, problems: Sequence[Tuple[str, str]] = ()
    ) -> None:
        super().__init__(message)
        #: The name of gRPC's status code, such as "NOT_FOUND".
        self.code = code
        self.message = message
        #: The HTTP status; 0 where there was no answer.
        self.status = status
        #: Fields of what was sent, each with what is wrong there.
        self.problems = list(problems)


class Unreachable(AttuneError):
    """No answer came, however often it was tried."""

    def __init__(self, message: str) -> None:
        super().__init__("UNAVAILABLE", message)


def _error(status: int, body: bytes) -> AttuneError:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = {}
    if not isinstance(answer, dict):
        answer = {}
    problems = [
        (str(violation.get("field", "")), str(violation.get("description", "")))
        for detail in answer.get("details", []) for violation in detail.get("fieldViolations", [])
    ]
    message = answer.get("message") or f"the server answered with status {status}"
    return AttuneError(_CODES.get(answer.get("code", 2), "UNKNOWN"), message, status, problems)


def number_to_json(value: float) -> Union[float, str]:
    """Protobuf's way to write numbers that JSON has none for."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


class Client:
    """A client of `attune serve`; threads may share one.

    Calls are repeated, with growing pauses, for up to `patience` seconds while the server cannot be reached or is
    busy. That is safe: whatever changes something carries a request id that stays the same when it is repeated.
    """

    def __init__(
        self, url: str = "http://127.0.0.1:6780", token: Optional[str] = None, namespace: Optional[str] = None,
        ca_file: Optional[str] = None, cert: Union[None, str, Tuple[str, str]] = None, timeout: float = 90.0,
        patience: float = 60.0,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"url: found {url!r}; must be such as http://127.0.0.1:6780")
        self.url = url.rstrip("/")
        self.timeout = timeout
        self.patience = patience
        self._secure = parts.scheme == "https"
        self._host = parts.hostname
        self._port = parts.port or (443 if self._secure else 80)
        self._root = parts.path.rstrip("/")
        self._headers = {"Content-Type": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        if namespace:
            self._headers["attune-namespace"] = namespace
        self._tls: Optional[ssl.SSLContext] = None
        if self._secure:
            self._tls = ssl.create_default_context(cafile=ca_file)
            if isinstance(cert, str):
                self._tls.load_cert_chain(cert)
            elif cert:
                self._tls.load_cert_chain(cert[0], cert[1])
        self._idle: List[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def close(self) -> None:
        """Closes the connections that are kept."""
        with self._lock:
            connections, self._idle = self._idle, []
        for connection in connections:
            connection.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Calling

    def call(
        self, method: str, request: Mapping[str, Any], *, patience: Optional[float] = None
    ) -> Json:
        """Calls a method, such as "attune.v1.Trials/Ask". Gives the reply."""
        body = json.dumps(request, allow_nan=False).encode()
        deadline = time.monotonic() + (self.patience if patience is None else patience)
        pause = 0.1
        while True:
            try:
                status, retry_after, answer = self._post(f"/{method}", body)
            except ssl.SSLCertVerificationError as error:
                raise Unreachable(f"{self.url} is not who it should be: {error}") from error
            except (OSError, http.client.HTTPException) as error:
                failure: AttuneError = Unreachable(f"cannot reach {self.url}: {error or type(error).__name__}")
                retry_after = 0.0
            else:
                if status == 200:
                    reply = json.loads(answer)
                    assert isinstance(reply, dict)
                    return reply
                failure = _error(status, answer)
                if status not in (429, 502, 503):
                    raise failure
            wait = max(pause * random.uniform(0.5, 1.0), retry_after)
            if time.monotonic() + wait > deadline:
                raise failure
            time.sleep(wait)
            pause = min(pause * 2, 5.0)

    def _change(self, method: str, request: Json, request_id: Optional[str]) -> Json:
        return self.call(method, {**request, "requestId": request_id or uuid.uuid4().hex})

    def _connect(self, timeout: Optional[float]) -> http.client.HTTPConnection:
        if self._tls is not None:
            return http.client.HTTPSConnection(self._host, self._port, timeout=timeout, context=self._tls)
        return http.client.HTTPConnection(self._host, self._port, timeout=timeout)

    def _post(self, path: str, body: bytes) -> Tuple[int, float, bytes]:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is not None:
            try:
                return self._exchange(connection, path, body)
            except (OSError, http.client.HTTPException):
                # The server may have closed it long ago, which says nothing about a new one.
                pass
        return self._exchange(self._connect(self.timeout), path, body)

    def _exchange(self, connection: http.client.HTTPConnection, path: str, body: bytes) -> Tuple[int, float, bytes]:
        try:
            connection.request("POST", self._root + path, body, self._headers)
            response = connection.getresponse()
            answer = response.read()
        except BaseException:
            connection.close()
            raise
        try:
            retry_after = min(float(response.getheader("Retry-After") or 0), 60.0)
        except ValueError:
            retry_after = 0.0
        if response.will_close:
            connection.close()
        else:
            with self._lock:
                self._idle.append(connection)
        return response.status, retry_after, answer

    # attune.v1.Server

    def ping(self) -> None:
        self.call("attune.v1.Server/Ping", {})

    def info(self) -> Json:
        return self.call("attune.v1.Server/GetInfo", {})

    # attune.v1.Experiments

    def create_experiment(self, manifest: Union[str, Mapping[str, Any]], *, request_id: Optional[str] = None) -> Json:
        """Creates an experiment from YAML, JSON, or the same as a dictionary."""
        return self._change("attune.v1.Experiments/CreateExperiment", _manifest(manifest), request_id)

    def validate_experiment(self, manifest: Union[str, Mapping[str, Any]]) -> Json:
        return self.call("attune.v1.Experiments/ValidateExperiment", _manifest(manifest))

    def get_experiment(self, experiment: str) -> Json:
        return self.call("attune.v1.Experiments/GetExperiment", {"experiment": experiment})

    def list_experiments(self, prefix: str = "") -> Iterator[Json]:
        """Every experiment whose name begins so, by name."""
        request: Json = {"prefix": prefix, "pageSize": 1000}
        yield from self._pages("attune.v1.Experiments/ListExperiments", request, "experiments")

    def delete_experiment(self, experiment: str, *, request_id: Optional[str] = None) -> None:
        self._change("attune.v1.Experiments/DeleteExperiment", {"experiment": experiment}, request_id)

    def suspend_experiment(self, experiment: str, *, request_id: Optional[str] = None) -> Json:
        return self._change("attune.v1.Experiments/SuspendExperiment", {"experiment": experiment}, request_id)

    def resume_experiment(self, experiment: str, *, request_id: Optional[str] = None) -> Json:
        return self._change("attune.v1.Experiments/ResumeExperiment", {"experiment": experiment}, request_id)

    def edit_budget(
        self, experiment: str, *, parallel_trials: Optional[int] = None, max_trials: Optional[int] = None,
        max_failed_trials: Optional[int] = None, max_run_seconds: Optional[float] = None,
        max_resource: Optional[int] = None, request_id: Optional[str] = None,
    ) -> Json:
        """Changes what is given, and opens the experiment again."""
        fields = {
            "parallelTrials": parallel_trials, "maxTrials": max_trials, "maxFailedTrials": max_failed_trials,
            "maxRunSeconds": max_run_seconds, "maxResource": max_resource,
        }
        budget = {name: value for name, value in fields.items() if value is not None}
        request: Json = {"experiment": experiment, "budget": budget}
        return self._change("attune.v1.Experiments/EditBudget", request, request_id)

    def import_trials(
        self, experiment: str, trials: Sequence[Mapping[str, Any]], *, request_id: Optional[str] = None
    ) -> List[int]:
        """Takes in trials carried out elsewhere: {"assignment": {…}, "metrics": {…}}, or a "reason" they failed for."""
        rows = [
            {**trial, "metrics": {k: number_to_json(v) for k, v in trial.get("metrics", {}).items()}}
            for trial in trials
        ]
        request: Json = {"experiment": experiment, "trials": rows}
        reply = self._change("attune.v1.Experiments/ImportTrials", request, request_id)
        return [int(number) for number in reply.get("numbers", [])]

    def list_trials(self, experiment: str, states: Sequence[str] = ()) -> Iterator[Json]:
        """Every trial in one of the states, by number; all where none is given."""
        request: Json = {"experiment": experiment, "states": list(states), "pageSize": 1000}
        yield from self._pages("attune.v1.Experiments/ListTrials", request, "trials")

    def get_trial(self, experiment: str, number: int) -> Json:
        return self.call("attune.v1.Experiments/GetTrial", {"experiment": experiment, "number": number})

    def list_events(self, experiment: str, after: int = 0, page_size: int = 1000) -> List[Json]:
        """A page of the log."""
        request = {"experiment": experiment, "after": after, "pageSize": page_size}
        events = self.call("attune.v1.Experiments/ListEvents", request).get("events", [])
        return list(events)

    def _pages(self, method: str, request: Json, field: str) -> Iterator[Json]:
        token = ""
        while True:
            page = self.call(method, {**request, "pageToken": token})
            yield from page.get(field, [])
            token = page.get("nextPageToken", "")
            if not token:
                return

    def watch(self, experiment: str, after: int = 0) -> Iterator[Json]:
        """The log after an event, and every event from then on; goes on where a broken line left off.

        Ends when the experiment is deleted. Whoever has seen enough leaves the loop.
        """
        last = after
        failures = 0
        while True:
            try:
                for event in self._events({"experiment": experiment, "after": last}):
                    last = int(event["sequence"])
                    failures = 0
                    yield event
            except (OSError, http.client.HTTPException):
                pass
            except AttuneError as error:
                if error.status not in (429, 502, 503) and error.code != "UNAVAILABLE":
                    raise
            try:
                self.get_experiment(experiment)
            except AttuneError as error:
                if error.code == "NOT_FOUND" and last > after:
                    return
                raise
            time.sleep(min(5.0, 0.1 * 2 ** min(failures, 6)) * random.uniform(0.5, 1.0))
            failures += 1

    def _events(self, request: Json) -> Iterator[Json]:
        connection = self._connect(self.timeout)
        try:
            path = f"{self._root}/attune.v1.Experiments/WatchEvents"
            connection.request("POST", path, json.dumps(request).encode(), self._headers)
            response = connection.getresponse()
            if response.status != 200:
                raise _error(response.status, response.read())
            if connection.sock is not None:
                # A log may be silent for as long as a trial runs.
                connection.sock.settimeout(None)
            kind, data = "", ""
            while True:
                raw = response.readline()
                if not raw:
                    return
                line = raw.decode().rstrip("\r\n")
                if line.startswith("event:"):
                    kind = line[6:].strip()
                elif line.startswith("data:"):
                    data += line[5:].lstrip()
                elif not line and data:
                    if kind == "error":
                        raise _error(200, data.encode())
                    yield json.loads(data)
                    kind, data = "", ""
        finally:
            connection.close()

    # attune.v1.Trials

    def ask(
        self, experiment: str, *, count: int = 1, worker: str = "", lease_seconds: float = 60.0,
        wait_seconds: float = 0.0, request_id: Optional[str] = None,
    ) -> Json:
        """Leases trials. The reply's state is ASK_TRIALS, ASK_WAIT or ASK_OVER."""
        return self._change(
            "attune.v1.Trials/Ask",
            {
                "experiment": experiment, "count": count, "worker": worker, "leaseSeconds": lease_seconds,
                "waitSeconds": wait_seconds,
            }, request_id)

    def tell(
        self, experiment: str, trial: int, metrics: Mapping[str, float], *, attempt: int = 0,
        request_id: Optional[str] = None,
    ) -> Json:
        """Ends a trial with its metrics."""
        request = _claim(experiment, trial, attempt)
        request["metrics"] = {name: number_to_json(value) for name, value in metrics.items()}
        return self._change("attune.v1.Trials/Tell", request, request_id)

    def report(
        self, experiment: str, trial: int, metrics: Mapping[str, float], *, step: int = 0, attempt: int = 0,
        request_id: Optional[str] = None,
    ) -> str:
        """Records intermediate values. Gives the verdict: PROCEED, PAUSE, STOP or FINISH."""
        request = _claim(experiment, trial, attempt)
        request["observations"] = [
            {"metric": name, "value": number_to_json(value), "step": step} for name, value in metrics.items()
        ]
        return str(self._change("attune.v1.Trials/Report", request, request_id).get("verdict", "PROCEED"))

    def complete(
        self, experiment: str, trial: int, *, attempt: int = 0, last_output: str = "",
        request_id: Optional[str] = None,
    ) -> Json:
        """Ends a trial with what it has reported."""
        request = {**_claim(experiment, trial, attempt), "lastOutput": last_output}
        return self._change("attune.v1.Trials/Complete", request, request_id)

    def fail(
        self, experiment: str, trial: int, reason: str, *, attempt: int = 0, lost: bool = False,
        last_output: str = "", request_id: Optional[str] = None,
    ) -> Json:
        """Ends a trial that failed, or gives it back where the machine lost it."""
        request = {
            **_claim(experiment, trial, attempt), "reason": reason, "lost": lost, "lastOutput": last_output,
        }
        return self._change("attune.v1.Trials/Fail", request, request_id)

    def heartbeat(
        self, experiment: str, leases: Sequence[Tuple[int, int]], *, lease_seconds: float = 0.0,
        patience: Optional[float] = None,
    ) -> List[Json]:
        """Extends leases, each a trial and its attempt. Gives the state of each, in their order."""
        request = {
            "experiment": experiment, "leaseSeconds": lease_seconds,
            "leases": [{"trial": trial, "attempt": attempt} for trial, attempt in leases],
        }
        return list(self.call("attune.v1.Trials/Heartbeat", request, patience=patience).get("leases", []))


def _claim(experiment: str, trial: int, attempt: int) -> Json:
    return {"experiment": experiment, "trial": trial, "attempt": attempt}


def _manifest(manifest: Union[str, Mapping[str, Any]]) -> Json:
    return {"text": manifest if isinstance(manifest, str) else json.dumps(manifest)}
