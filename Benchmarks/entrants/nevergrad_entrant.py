"""nevergrad: `nevergrad_entrant.py OPTIMIZER`, a name of its registry, NGOpt when none is given."""

import sys

from protocol import SEED, Refused, serve

import nevergrad
import numpy


class Nevergrad:
    """Conditions are applied to what it gives. What fails counts as the worst value so far; several metrics are given
    as a list, which nevergrad makes one of by hypervolume."""

    def __init__(self, experiment):
        name = sys.argv[1] if len(sys.argv) > 1 else "NGOpt"
        if name not in nevergrad.optimizers.registry:
            raise Refused(f"there is no optimizer {name}")
        self.experiment = experiment
        space = nevergrad.p.Dict(**{p.name: variable(p) for p in experiment.parameters})
        space.random_state = numpy.random.RandomState(SEED % 2**32)
        self.optimizer = nevergrad.optimizers.registry[name](space, budget=experiment.evaluations, num_workers=experiment.workers)
        self.running, self.worst = [], None

    def ask(self):
        candidate = self.optimizer.ask()
        values = {p.name: plain(candidate.value[p.name], p) for p in self.experiment.parameters}
        parameters = self.experiment.active(values)
        self.running.append((parameters, candidate))
        return parameters

    def tell(self, parameters, values):
        index = next(i for i, (asked, _) in enumerate(self.running) if asked is parameters)
        candidate = self.running.pop(index)[1]
        if values is None:
            values = self.worst or [1e9] * len(self.experiment.metrics)
        else:
            self.worst = [max(pair) for pair in zip(values, self.worst or values)]
        self.optimizer.tell(candidate, values[0] if len(values) == 1 else values)


def variable(parameter):
    if parameter.kind == "choice":
        return nevergrad.p.Choice(parameter.values)
    if parameter.values is not None:
        return nevergrad.p.TransitionChoice(parameter.values)
    low, high = parameter.low, parameter.high
    if low == high:
        return nevergrad.p.Choice([low])
    scalar = nevergrad.p.Log(lower=low, upper=high) if parameter.log else nevergrad.p.Scalar(lower=low, upper=high)
    return scalar if parameter.kind == "float" else scalar.set_integer_casting()


def plain(value, parameter):
    return value.item() if isinstance(value, numpy.generic) else value


serve(Nevergrad)
