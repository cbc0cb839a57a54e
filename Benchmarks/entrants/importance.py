"""Parameter importance by Optuna, of the same trials that attune is shown.

    python importance.py FUNCTION FOLDER        # FUNCTION: ishigami or mixed
    attune run FOLDER/FUNCTION.yaml --quiet && attune show FUNCTION --importance

Draws 500 trials, writes an experiment that tries these, and prints Optuna's shares with the CPU time of each.
"""

import json
import math
import random
import sys
import time

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator

TRIALS = 500


def ishigami(p):
    x = [(2 * p[f"x{i}"] - 1) * math.pi for i in range(3)]
    return math.sin(x[0]) + 7 * math.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * math.sin(x[0])


def mixed(p):
    penalty = {"sgd": 1.0, "adam": 0.0, "ftrl": 2.0}[p["solver"]]
    return (math.log10(p["rate"]) + 2) ** 2 + penalty + 0.1 * abs(p["layers"] - 4)


CUBE = {f"x{i}": FloatDistribution(0, 1) for i in range(6)}
MIXED = {
    "rate": FloatDistribution(1e-4, 1, log=True),
    "layers": IntDistribution(1, 8),
    "solver": CategoricalDistribution(["sgd", "adam", "ftrl"]),
    "dropout": FloatDistribution(0, 0.5),
}
FUNCTIONS = {"ishigami": (ishigami, CUBE), "mixed": (mixed, MIXED)}


def draw(distribution, source):
    if isinstance(distribution, CategoricalDistribution):
        return source.choice(distribution.choices)
    if isinstance(distribution, IntDistribution):
        return source.randint(distribution.low, distribution.high)
    if distribution.log:
        return math.exp(source.uniform(math.log(distribution.low), math.log(distribution.high)))
    return source.uniform(distribution.low, distribution.high)


def parameter(name, distribution):
    if isinstance(distribution, CategoricalDistribution):
        return {"name": name, "parameterType": "categorical", "feasibleSpace": {"list": list(distribution.choices)}}
    kind = "int" if isinstance(distribution, IntDistribution) else "double"
    space = {"min": str(distribution.low), "max": str(distribution.high)}
    if distribution.log:
        space["distribution"] = "logUniform"
    return {"name": name, "parameterType": kind, "feasibleSpace": space}


def experiment(name, space, rows, values, folder):
    """The trials as an experiment whose program looks their values up."""
    with open(f"{folder}/{name}.values", "w") as file:
        file.writelines(f"{value!r}\n" for value in values)
    return {
        "apiVersion": "kubeflow.org/v1beta1",
        "kind": "Experiment",
        "metadata": {"name": name},
        "spec": {
            "objective": {"type": "minimize", "objectiveMetricName": "loss"},
            "algorithm": {"algorithmName": "random"},
            "parallelTrialCount": 2,
            "maxTrialCount": len(rows),
            "initialTrials": [{key: str(value) for key, value in row.items()} for row in rows],
            "parameters": [parameter(key, distribution) for key, distribution in space.items()],
            "trialTemplate": {
                "trialParameters": [{"name": key, "reference": key} for key in space],
                "trialSpec": {
                    "apiVersion": "attune.dev/v1",
                    "kind": "Process",
                    "command": ["sh", "-c", f'echo "loss=$(sed -n "$ATTUNE_TRIAL_NUMBER"p {name}.values)"', name],
                    "args": [f"${{trialParameters.{key}}}" for key in space],
                },
            },
        },
    }


def main(name, folder):
    function, space = FUNCTIONS[name]
    source = random.Random(1)
    rows = [{key: draw(distribution, source) for key, distribution in space.items()} for _ in range(TRIALS)]
    values = [function(row) for row in rows]
    with open(f"{folder}/{name}.yaml", "w") as file:
        json.dump(experiment(name, space, rows, values, folder), file)

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study()
    study.add_trials(
        optuna.trial.create_trial(params=row, distributions=space, value=value) for row, value in zip(rows, values))
    evaluators = {"PED-ANOVA": PedAnovaImportanceEvaluator(), "fANOVA": FanovaImportanceEvaluator(seed=1)}
    for title, evaluator in evaluators.items():
        normalize = title == "PED-ANOVA"  # the other's are shares of the variance
        optuna.importance.get_param_importances(study, evaluator=evaluator)  # imports what it needs
        start = time.process_time()
        shares = optuna.importance.get_param_importances(study, evaluator=evaluator, normalize=normalize)
        seconds = time.process_time() - start
        print(f"{title:10} {seconds:6.3f} s ", "  ".join(f"{key} {shares[key]:.3f}" for key in space))


main(*sys.argv[1:])
