"""Optuna: `optuna_entrant.py SAMPLER`, one of tpe, multivariate-tpe, gp, cmaes, nsga2, nsga3, random, qmc."""

import sys

from protocol import SEED, Refused, one_metric, serve

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
SAMPLERS = {
    "tpe": lambda: optuna.samplers.TPESampler(seed=SEED, multivariate=False),
    "multivariate-tpe": lambda: optuna.samplers.TPESampler(seed=SEED, multivariate=True, group=True),
    "gp": lambda: optuna.samplers.GPSampler(seed=SEED),
    "cmaes": lambda: optuna.samplers.CmaEsSampler(seed=SEED),
    "nsga2": lambda: optuna.samplers.NSGAIISampler(seed=SEED),
    "nsga3": lambda: optuna.samplers.NSGAIIISampler(seed=SEED),
    "random": lambda: optuna.samplers.RandomSampler(seed=SEED),
    "qmc": lambda: optuna.samplers.QMCSampler(seed=SEED, scramble=True),
}


class Optuna:
    def __init__(self, experiment):
        name = sys.argv[1] if len(sys.argv) > 1 else "tpe"
        if name not in SAMPLERS:
            raise Refused(f"there is no sampler {name}; known: {', '.join(SAMPLERS)}")
        if name == "cmaes":
            one_metric(experiment, "CMA-ES")
        self.experiment = experiment
        self.study = optuna.create_study(sampler=SAMPLERS[name](), directions=["minimize"] * len(experiment.metrics))
        self.trials = []

    def ask(self):
        trial = self.study.ask()
        parameters = {}
        for parameter in self.experiment.parameters:
            if parameter.is_active(parameters):
                parameters[parameter.name] = parameter.clean(suggest(trial, parameter))
        self.trials.append((parameters, trial))
        return parameters

    def tell(self, parameters, values):
        # The very dict that was asked: two trials may have equal parameters.
        index = next(i for i, (asked, _) in enumerate(self.trials) if asked is parameters)
        trial = self.trials.pop(index)[1]
        if values is None:
            self.study.tell(trial, state=optuna.trial.TrialState.FAIL)
        else:
            self.study.tell(trial, values)


def suggest(trial, parameter):
    if parameter.kind in ("ordered", "choice"):
        return trial.suggest_categorical(parameter.name, parameter.choices)
    if parameter.log and parameter.step is not None:
        raise Refused(f"{parameter.name}: Optuna has no logarithmic steps")
    if parameter.kind == "float":
        return trial.suggest_float(parameter.name, parameter.low, parameter.high, step=parameter.step, log=parameter.log)
    return trial.suggest_int(parameter.name, parameter.low, parameter.high, step=parameter.step or 1, log=parameter.log)


serve(Optuna)
