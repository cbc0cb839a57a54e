"""cmaes: CMA-ES with margin, which knows integers (Hamano et al. 2022), on the unit cube."""

from protocol import SEED, Refused, one_metric, serve

import math

import cmaes
import numpy


class CMAES:
    """Lists of choices are refused: they have no order for a normal law to follow. A generation's value counts when all
    of it is told; what fails is the worst of its generation."""

    def __init__(self, experiment):
        one_metric(experiment, "CMA-ES")
        for parameter in experiment.parameters:
            if parameter.kind == "choice":
                raise Refused(f"{parameter.name}: CMA-ES has no order for choices")
        self.experiment = experiment
        dimensions = len(experiment.parameters)
        if dimensions < 2:
            raise Refused("the package cmaes needs two parameters or more")
        steps = [1 / len(p.values) if p.values else 1 / (p.high - p.low + 1) if p.kind == "int" and not p.log else 0 for p in experiment.parameters]
        self.optimizer = cmaes.CMAwM(
            mean=numpy.full(dimensions, 0.5), sigma=1 / 3, bounds=numpy.tile([0.0, 1.0], (dimensions, 1)),
            steps=numpy.array(steps), seed=SEED)
        self.running, self.generation = [], []

    def ask(self):
        seen, point = self.optimizer.ask()
        named = {p.name: at(unit, p) for p, unit in zip(self.experiment.parameters, seen)}
        parameters = self.experiment.active(named)
        self.running.append((parameters, point))
        return parameters

    def tell(self, parameters, values):
        index = next(i for i, (asked, _) in enumerate(self.running) if asked is parameters)
        self.generation.append((self.running.pop(index)[1], None if values is None else values[0]))
        if len(self.generation) < self.optimizer.population_size:
            return
        told = [value for _, value in self.generation if value is not None]
        worst = max(told) if told else 0.0
        self.optimizer.tell([(point, worst if value is None else value) for point, value in self.generation])
        self.generation = []


def at(unit, parameter):
    """The value at a number of [0, 1]."""
    if parameter.values is not None:
        return parameter.values[min(int(unit * len(parameter.values)), len(parameter.values) - 1)]
    low, high = parameter.low, parameter.high
    value = math.exp(math.log(low) + unit * math.log(high / low)) if parameter.log else low + unit * (high - low)
    if parameter.kind == "float":
        return value
    return round(value) if parameter.log else min(int(low + unit * (high - low + 1)), high)


serve(CMAES)
