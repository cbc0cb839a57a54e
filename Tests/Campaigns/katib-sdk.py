#!/usr/bin/env python3
"""Does with Katib's own Python SDK, unchanged, what its users do, against an operator and an API server.

usage: katib-sdk.py KUBECONFIG DB_MANAGER_HOST:PORT

Wants the Python packages kubeflow-katib and kubernetes<36. Trials run as processes that need bash and python3. Ends with
1 where anything is other than a user would expect.
"""

import sys
import time

from kubeflow import katib
from kubeflow.katib import KatibClient
from kubernetes.client import V1ObjectMeta

CONFIG, DB_MANAGER = sys.argv[1], sys.argv[2]
client = KatibClient(config_file=CONFIG, namespace="default")
failures = []


def check(holds, what):
    print(("ok      " if holds else "FAILED  ") + what)
    if not holds:
        failures.append(what)


def wait(name, condition="Succeeded"):
    try:
        client.wait_for_experiment_condition(name, expected_condition=condition, timeout=540, polling_interval=1)
    except Exception:
        for trial in client.list_trials(name):
            print(trial.metadata.name, trial.status.conditions[-1].type, trial.status.conditions[-1].message)
        raise


def comes(happens):
    """Whether something is so within a minute."""
    for _ in range(600):
        if happens():
            return True
        time.sleep(0.1)
    return False


def gone(find):
    def fails():
        try:
            find()
        except Exception:
            return True
        return False

    return comes(fails)


def objective(parameters):
    loss = (float(parameters["x"]) - 3) ** 2
    for step in range(3):
        print(f"loss={loss + 2 - step}")


def tune():
    client.tune(
        name="tuned", objective=objective, parameters={"x": katib.search.double(min=0, max=5, step=0.5)},
        base_image="python", objective_metric_name="loss", objective_type="minimize", max_trial_count=4,
        parallel_trial_count=2, max_failed_trial_count=1, retain_trials=True)
    wait("tuned")
    check(client.is_experiment_succeeded("tuned"), "tune: the experiment succeeds")
    trials = client.list_trials("tuned")
    check(len(trials) == 4, f"list_trials gives 4, not {len(trials)}")
    best = client.get_optimal_hyperparameters("tuned")
    values = [float(m.min) for t in trials for m in t.status.observation.metrics if m.name == "loss"]
    check(float(best.observation.metrics[0].min) == min(values), "get_optimal_hyperparameters gives the best trial")
    check(best.parameter_assignments[0].name == "x", "the best trial has its assignment")
    details = client.get_success_trial_details("tuned")
    check(len(details) == 4 and all(d["metrics"] for d in details), "get_success_trial_details gives all 4")
    series = client.get_trial_metrics(best.best_trial_name, db_manager_address=DB_MANAGER)
    check([m.metric.name for m in series] == ["loss"] * 3, "get_trial_metrics gives every step")
    check(float(series[2].metric.value) == min(values), "the last step is the best")
    lines = list(client.get_job_logs("tuned", best.best_trial_name))
    check(any(line.startswith("loss=") for line in lines), "get_job_logs gives what the trial printed")
    check(client.get_suggestion("tuned").status.suggestion_count == 4, "get_suggestion counts 4")
    try:
        client.tune(
            name="tuned", objective=objective, parameters={"x": katib.search.double(min=0, max=5)},
            base_image="python", objective_metric_name="loss", max_trial_count=1)
        check(False, "a second experiment of the name is refused")
    except Exception as error:
        check("already exists" in str(error), "a second experiment of the name is refused")


def experiment(name, resume="LongRunning"):
    command = ["bash", "-c", "echo loss=${trialParameters.rate}"]
    return katib.V1beta1Experiment(
        api_version="kubeflow.org/v1beta1", kind="Experiment",
        metadata=V1ObjectMeta(name=name, namespace="default"),
        spec=katib.V1beta1ExperimentSpec(
            max_trial_count=3, parallel_trial_count=2, max_failed_trial_count=1, resume_policy=resume,
            objective=katib.V1beta1ObjectiveSpec(type="minimize", objective_metric_name="loss"),
            algorithm=katib.V1beta1AlgorithmSpec(algorithm_name="sobol"),
            parameters=[
                katib.V1beta1ParameterSpec(
                    name="rate", parameter_type="double",
                    feasible_space=katib.V1beta1FeasibleSpace(min="0.1", max="0.9"))
            ],
            trial_template=katib.V1beta1TrialTemplate(
                primary_container_name="main",
                trial_parameters=[katib.V1beta1TrialParameterSpec(name="rate", reference="rate")],
                trial_spec={
                    "apiVersion": "batch/v1", "kind": "Job",
                    "spec": {"backoffLimit": 0, "template": {"spec": {
                        "restartPolicy": "Never",
                        "containers": [{"name": "main", "image": "busybox", "command": command}],
                    }}},
                })))


def create_and_edit():
    client.create_experiment(experiment("made"))
    wait("made")
    before = client.get_experiment("made")
    check(before.status.trials_succeeded == 3, "create_experiment: 3 trials succeed")
    client.edit_experiment_budget("made", max_trial_count=5)
    wait("made", "Restarting")
    for _ in range(60):
        if client.get_experiment("made").status.trials_succeeded == 5 and client.is_experiment_succeeded("made"):
            break
        time.sleep(0.5)
    after = client.get_experiment("made")
    check(after.status.trials_succeeded == 5, "edit_experiment_budget: 5 trials have succeeded then")
    check(client.is_experiment_succeeded("made"), "and the experiment has succeeded again")
    check([e.metadata.name for e in client.list_experiments()] == ["made", "tuned"], "list_experiments gives both")


def delete():
    for name in ["made", "tuned"]:
        client.delete_experiment(name)
        check(gone(lambda: client.get_experiment(name)), f"delete_experiment: {name} is gone")
    check(comes(lambda: client.list_trials() == []), "and their trials are")


tune()
create_and_edit()
delete()
print("everything is as a user would expect" if not failures else f"{len(failures)} failures")
sys.exit(1 if failures else 0)
