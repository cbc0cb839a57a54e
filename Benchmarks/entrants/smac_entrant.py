"""SMAC3: `smac_entrant.py FACADE`, one of hpo (random forest, the default) and blackbox (Gaussian process)."""

import logging
import sys
import tempfile
from pathlib import Path

from protocol import SEED, Refused, one_metric, serve

from ConfigSpace import (
    CategoricalHyperparameter, ConfigurationSpace, EqualsCondition, Float, InCondition, Integer, OrdinalHyperparameter)
from smac import BlackBoxFacade, HyperparameterOptimizationFacade, Scenario
from smac.runhistory.dataclasses import TrialValue
from smac.runhistory.enumerations import StatusType

FACADES = {"hpo": HyperparameterOptimizationFacade, "blackbox": BlackBoxFacade}


class SMAC:
    def __init__(self, experiment):
        one_metric(experiment, "this facade of SMAC")
        name = sys.argv[1] if len(sys.argv) > 1 else "hpo"
        if name not in FACADES:
            raise Refused(f"there is no facade {name}; known: {', '.join(FACADES)}")
        self.experiment = experiment
        self.folder = tempfile.TemporaryDirectory()
        scenario = Scenario(
            configuration_space(experiment), deterministic=True, n_trials=max(experiment.evaluations, 1), seed=SEED,
            output_directory=Path(self.folder.name))
        facade = FACADES[name]
        self.smac = facade(
            scenario, target_function=lambda config, seed=0: 0.0, overwrite=True, logging_level=logging.ERROR,
            intensifier=facade.get_intensifier(scenario, max_config_calls=1))
        self.running = []

    def ask(self):
        info = self.smac.ask()
        values = dict(info.config)
        parameters = self.experiment.active({p.name: plain(values[p.name], p) for p in self.experiment.parameters if p.name in values})
        self.running.append((parameters, info))
        return parameters

    def tell(self, parameters, values):
        index = next(i for i, (asked, _) in enumerate(self.running) if asked is parameters)
        info = self.running.pop(index)[1]
        failed = values is None
        cost, status = (1e9, StatusType.CRASHED) if failed else (values[0], StatusType.SUCCESS)
        self.smac.tell(info, TrialValue(cost=cost, status=status))


def configuration_space(experiment):
    space = ConfigurationSpace(seed=SEED)
    known = {}
    for parameter in experiment.parameters:
        known[parameter.name] = hyperparameter(parameter)
        space.add(known[parameter.name])
    for parameter in experiment.parameters:
        if parameter.when:
            space.add(condition(known[parameter.name], known[parameter.when["parameter"]], parameter, experiment))
    return space


def hyperparameter(parameter):
    if parameter.kind == "choice":
        return CategoricalHyperparameter(parameter.name, parameter.values)
    if parameter.values is not None:
        return OrdinalHyperparameter(parameter.name, parameter.values)
    kind = Float if parameter.kind == "float" else Integer
    return kind(parameter.name, (parameter.low, parameter.high), log=parameter.log)


def condition(child, parent, parameter, experiment):
    source = next(p for p in experiment.parameters if p.name == parameter.when["parameter"])
    if source.values is None:
        raise Refused(f"{parameter.name}: SMAC's conditions on a range are not mapped")
    values = [value for value in source.values if parameter.is_active({source.name: value})]
    return EqualsCondition(child, parent, values[0]) if len(values) == 1 else InCondition(child, parent, values)


def plain(value, parameter):
    value = value.item() if hasattr(value, "item") else value
    return str(value) if parameter.kind == "choice" else value


serve(SMAC)
