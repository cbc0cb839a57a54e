"""hyperopt: `hyperopt_entrant.py ALGORITHM`, one of tpe (the default), rand, anneal."""

import sys

from protocol import SEED, Refused, one_metric, serve

import hyperopt
import numpy
from hyperopt import anneal, hp, rand, tpe

ALGORITHMS = {"tpe": tpe.suggest, "rand": rand.suggest, "anneal": anneal.suggest}


class Hyperopt:
    """Conditions are ignored by the space and applied to what it gives: hyperopt's own are trees of choices."""

    def __init__(self, experiment):
        one_metric(experiment, "hyperopt")
        name = sys.argv[1] if len(sys.argv) > 1 else "tpe"
        if name not in ALGORITHMS:
            raise Refused(f"there is no algorithm {name}; known: {', '.join(ALGORITHMS)}")
        self.experiment, self.suggest = experiment, ALGORITHMS[name]
        self.domain = hyperopt.Domain(None, {p.name: expression(p) for p in experiment.parameters}, pass_expr_memo_ctrl=False)
        self.trials = hyperopt.Trials()
        self.random = numpy.random.default_rng(SEED)
        self.running = []

    def ask(self):
        ids = self.trials.new_trial_ids(1)
        document = self.suggest(ids, self.domain, self.trials, int(self.random.integers(2**31 - 1)))[0]
        document["state"] = hyperopt.JOB_STATE_RUNNING
        self.trials.insert_trial_docs([document])
        self.trials.refresh()
        values = {name: value[0] for name, value in document["misc"]["vals"].items() if len(value)}
        parameters = self.experiment.active({p.name: plain(values[p.name], p) for p in self.experiment.parameters})
        self.running.append((parameters, ids[0]))
        return parameters

    def tell(self, parameters, values):
        index = next(i for i, (asked, _) in enumerate(self.running) if asked is parameters)
        number = self.running.pop(index)[1]
        document = next(d for d in self.trials._dynamic_trials if d["tid"] == number)
        document["state"] = hyperopt.JOB_STATE_DONE
        document["result"] = {"status": "fail"} if values is None else {"status": "ok", "loss": values[0]}
        self.trials.refresh()


def expression(parameter):
    name = parameter.name
    if parameter.values is not None:
        return hp.choice(name, parameter.values) if parameter.kind == "choice" or parameter.log else hp.uniformint(name, 0, len(parameter.values) - 1)
    low, high = parameter.low, parameter.high
    if parameter.kind == "float":
        return hp.loguniform(name, numpy.log(low), numpy.log(high)) if parameter.log else hp.uniform(name, low, high)
    return hp.qloguniform(name, numpy.log(low), numpy.log(high), 1) if parameter.log else hp.uniformint(name, low, high)


def plain(value, parameter):
    if parameter.values is not None:
        return parameter.values[int(value)]
    return float(value) if parameter.kind == "float" else int(round(float(value)))


serve(Hyperopt)
