"""The common case in one call."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Mapping, Optional, Union

from ._client import AttuneError, Client
from ._space import Parameter
from ._worker import Objective, Worker

Json = Dict[str, Any]


@dataclass(frozen=True)
class TrialRecord:
    """A trial and what came of it."""

    number: int
    params: Json
    state: str
    #: The objective; None where nothing usable was reported.
    value: Optional[float]
    reason: str = ""


@dataclass(frozen=True)
class Result:
    """What an experiment has found."""

    name: str
    state: str
    message: str
    #: None before a trial has succeeded.
    best_params: Optional[Json]
    best_value: Optional[float]
    best_number: Optional[int]
    trials: List[TrialRecord] = field(repr=False)


def tune(
    objective: Objective, space: Mapping[str, Parameter], *, algorithm: str = "auto", max_trials: int = 50,
    parallel: int = 1, direction: str = "minimize", name: Optional[str] = None, metric: str = "objective",
    settings: Optional[Mapping[str, Any]] = None, early_stopping: Optional[str] = None, seed: Optional[int] = None,
    server: Union[str, Client] = "http://127.0.0.1:6780", token: Optional[str] = None,
) -> Result:
    """Looks for the parameters of the space with which the objective is best.

    The objective gets a trial and returns its value, or reports values and returns None. Under a `name` that is there
    already, the experiment is continued, up to `max_trials` in all; whoever else works on it at the time takes part.
    """
    client = server if isinstance(server, Client) else Client(server, token=token)
    try:
        if name is None:
            name = f"tune-{uuid.uuid4().hex[:12]}"
        manifest = _manifest(
            name, space, algorithm, max_trials, parallel, direction, metric, settings, early_stopping, seed)
        _create_or_continue(client, name, manifest, max_trials)
        read: Dict[str, Callable[[Any], Any]] = {key: parameter.read for key, parameter in space.items()}
        Worker(client, name, objective, parallel=parallel, read=read).run()
        return _result(client, name, read)
    finally:
        if client is not server:
            client.close()


def _manifest(
    name: str, space: Mapping[str, Parameter], algorithm: str, max_trials: int, parallel: int, direction: str,
    metric: str, settings: Optional[Mapping[str, Any]], early_stopping: Optional[str], seed: Optional[int],
) -> Json:
    if direction not in ("minimize", "maximize"):
        raise ValueError(f"direction: found {direction!r}; must be minimize or maximize")
    spec: Json = {
        "objective": {"type": direction, "objectiveMetricName": metric},
        "algorithm": {
            "algorithmName": algorithm,
            "algorithmSettings": [{"name": key, "value": str(value)} for key, value in (settings or {}).items()],
        },
        "parallelTrialCount": parallel, "maxTrialCount": max_trials, "maxFailedTrialCount": max_trials,
        "parameters": [parameter.manifest(key) for key, parameter in space.items()],
    }
    if early_stopping is not None:
        spec["earlyStopping"] = {"algorithmName": early_stopping}
    if seed is not None:
        spec["seed"] = seed
    return {
        "apiVersion": "kubeflow.org/v1beta1", "kind": "Experiment", "metadata": {"name": name}, "spec": spec,
    }


def _create_or_continue(client: Client, name: str, manifest: Json, max_trials: int) -> None:
    try:
        client.create_experiment(manifest)
        return
    except AttuneError as error:
        if error.code != "ALREADY_EXISTS":
            raise
    experiment = client.get_experiment(name)
    asked = [parameter["name"] for parameter in manifest["spec"]["parameters"]]
    there = [parameter["name"] for parameter in experiment["manifest"]["spec"]["parameters"]]
    if asked != there:
        raise ValueError(f"name: the experiment {name} is there already, over {there}; give this one another name")
    counts = sum(int(count) for count in experiment.get("counts", {}).values())
    limit = int(experiment.get("budget", {}).get("maxTrials", 0))
    if max_trials > limit:
        client.edit_budget(name, max_trials=max_trials, max_failed_trials=max_trials)
    elif counts < limit and experiment.get("state") != "EXPERIMENT_RUNNING":
        client.resume_experiment(name)


def _result(client: Client, name: str, read: Mapping[str, Callable[[Any], Any]]) -> Result:
    def params(trial: Json) -> Json:
        return {key: read.get(key, str)(value) for key, value in trial.get("assignment", {}).items()}

    experiment = client.get_experiment(name)
    best = experiment.get("best")
    trials = [
        TrialRecord(
            int(trial["number"]), params(trial), str(trial.get("state", "")),
            float(trial["value"]) if "value" in trial else None, str(trial.get("reason", "")))
        for trial in client.list_trials(name)
    ]
    return Result(
        name, str(experiment.get("state", "")), str(experiment.get("message", "")), params(best) if best else None,
        float(best["value"]) if best and "value" in best else None, int(best["number"]) if best else None, trials)
