"""scikit-optimize: `skopt_entrant.py ESTIMATOR`, one of GP (the default), RF, ET, GBRT, DUMMY."""

import sys

from protocol import SEED, one_metric, serve

import numpy
from skopt import Optimizer, space


class ScikitOptimize:
    """Inactive parameters are drawn and ignored. What fails counts as the worst value so far."""

    def __init__(self, experiment):
        one_metric(experiment, "scikit-optimize")
        self.experiment = experiment
        self.optimizer = Optimizer(
            [dimension(parameter) for parameter in experiment.parameters], random_state=SEED,
            base_estimator=sys.argv[1] if len(sys.argv) > 1 else "GP")
        self.points = []
        self.worst = 0.0

    def ask(self):
        # A single ask repeats itself until it is told; asking for several at once plans for those under way.
        count = len(self.points) + 1
        point = self.optimizer.ask(n_points=count)[-1] if count > 1 else self.optimizer.ask()
        named = {p.name: plain(value, p) for p, value in zip(self.experiment.parameters, point)}
        parameters = self.experiment.active(named)
        self.points.append((parameters, point))
        return parameters

    def tell(self, parameters, values):
        index = next(i for i, (asked, _) in enumerate(self.points) if asked is parameters)
        point = self.points.pop(index)[1]
        if values is not None:
            self.worst = max([values[0]] + list(self.optimizer.yi))
        self.optimizer.tell(point, self.worst if values is None else values[0])


def dimension(parameter):
    if parameter.values is not None:
        # Steps are an integer of their number; lists are categories, as scikit-optimize has no ordered one.
        if parameter.kind in ("float", "int") and not parameter.log:
            return space.Integer(0, len(parameter.values) - 1)
        return space.Categorical(parameter.values)
    prior = "log-uniform" if parameter.log else "uniform"
    kind = space.Real if parameter.kind == "float" else space.Integer
    return kind(parameter.low, parameter.high, prior=prior)


def plain(value, parameter):
    value = value.item() if isinstance(value, numpy.generic) else value
    if parameter.kind in ("float", "int") and parameter.step is not None and not parameter.log:
        return parameter.values[value]
    return value


serve(ScikitOptimize)
