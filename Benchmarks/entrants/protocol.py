"""The lines of `attune optimize`, answered by an optimizer of somebody else's: what all adapters share.

An adapter gives `serve` a class whose instances have

    ask() -> parameters             a dict of the active parameters
    tell(parameters, values)        what came of them, every value to be made small; None where they failed

and which raises `Refused` for a space that it cannot honour.
"""

import atexit
import json
import math
import os
import re
import sys
import traceback
import warnings

# One run uses one core, as an algorithm of Attune does; set before numpy is loaded.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
warnings.filterwarnings("ignore")

SEED = int(os.environ.get("ATTUNE_SEED", "0"))


class Refused(Exception):
    """Why an optimizer does not take a space, in a sentence."""


class Parameter:
    """One parameter of the experiment: `kind` is float, int, ordered (a list of numbers) or choice."""

    def __init__(self, spec):
        self.name, space = spec["name"], spec["feasibleSpace"]
        self.when = spec.get("when")
        self.law = space.get("distribution", "uniform")
        self.log = self.law == "logUniform"
        if self.law not in ("uniform", "logUniform"):
            raise Refused(f"{self.name}: {self.law} distributions are not mapped")
        self.kind = {"double": "float", "int": "int", "discrete": "ordered", "categorical": "choice"}[spec["parameterType"]]
        if self.kind in ("float", "int"):
            read = float if self.kind == "float" else int
            self.low, self.high = read(space["min"]), read(space["max"])
            self.step = read(space["step"]) if "step" in space else None
        elif self.kind == "ordered":
            self.choices = sorted(number(text) for text in space["list"])
        else:
            self.choices = list(space["list"])

    @property
    def values(self):
        """The values of a finite list or of a grid; None for anything else."""
        if self.kind in ("ordered", "choice"):
            return self.choices
        if self.step is None:
            return None
        count = int((self.high - self.low) / self.step + 1e-9) + 1
        return [round(self.low + i * self.step, 12) if self.kind == "float" else self.low + i * self.step for i in range(count)]

    def clean(self, value):
        """The value as JSON has it, without what rounding on a logarithmic scale added at the ends."""
        if self.kind in ("ordered", "choice"):
            return value
        value = min(max(value, self.low), self.high)
        return float(value) if self.kind == "float" else int(value)

    def is_active(self, parameters):
        if self.when is None:
            return True
        parent = parameters.get(self.when["parameter"])
        if parent is None:
            return False
        if "in" in self.when:
            return any(str(parent) == str(other) or number(other) == number(parent) is not None for other in self.when["in"])
        return float(self.when.get("min", "-inf")) <= number(parent) <= float(self.when.get("max", "inf"))


def number(text):
    """The number a text or number is, whole where it can be; None for other texts."""
    if not isinstance(text, str):
        return text
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return None


class Experiment:
    """What is asked: `parameters` with parents first, `signs` of the metrics (-1 to be made large), the budget."""

    def __init__(self, document):
        spec = document["spec"]
        objective = spec["objective"]
        strategies = {entry["name"]: entry["value"] for entry in objective.get("metricStrategies", [])}
        self.metrics = [objective["objectiveMetricName"]] + objective.get("additionalMetricNames", [])
        self.signs = [-1 if objective["type"] == "maximize" else 1]
        self.signs += [-1 if strategies.get(name) == "max" else 1 for name in self.metrics[1:]]
        self.parameters = parents_first([Parameter(entry) for entry in spec["parameters"]])
        self.constraints = [compile(python(text), text, "eval") for text in spec.get("constraints", [])]
        self.defaults = {entry["name"]: number(entry["default"]) for entry in spec["parameters"] if "default" in entry}
        self.evaluations = int(spec.get("maxTrialCount", 100))
        self.workers = int(spec.get("parallelTrialCount", 1))

    @property
    def is_conditional(self):
        return any(parameter.when for parameter in self.parameters)

    def active(self, parameters):
        """The parameters that count, cleaned; for optimizers that always give all of them."""
        chosen = {}
        for parameter in self.parameters:
            if parameter.name in parameters and parameter.is_active(chosen):
                chosen[parameter.name] = parameter.clean(parameters[parameter.name])
        return chosen

    def is_feasible(self, parameters):
        """Whether every constraint holds, or reads an inactive parameter without a default."""
        names = {**FUNCTIONS, **self.defaults, **parameters}
        for constraint in self.constraints:
            try:
                if not eval(constraint, {"__builtins__": {}}, names):
                    return False
            except NameError:
                continue
            except (ArithmeticError, ValueError):
                return False
        return True


FUNCTIONS = {name: getattr(math, name) for name in ("ceil", "exp", "floor", "log", "log2", "log10", "sqrt")}
FUNCTIONS.update(min=min, max=max, pow=pow, abs=abs, round=round, true=True, false=False)


def python(constraint):
    """A constraint as Python says it; the languages differ in little else than some operators."""
    if "`" in constraint or re.search(r"[A-Za-z_][\w]*[.-][A-Za-z_]", constraint):
        raise Refused(f"the constraint {constraint} has names that are not Python's")
    for ours, theirs in (("&&", " and "), ("||", " or "), ("^", "**")):
        constraint = constraint.replace(ours, theirs)
    return re.sub(r"!(?!=)", " not ", constraint).strip()


def parents_first(parameters):
    ordered = []
    while len(ordered) < len(parameters):
        known = {parameter.name for parameter in ordered}
        ordered += [p for p in parameters if p not in ordered and (p.when is None or p.when["parameter"] in known)]
    return ordered


class Session:
    """The trials under way, by id, between the bench and one optimizer."""

    def __init__(self, experiment, optimizer):
        self.experiment, self.optimizer = experiment, optimizer
        self.running, self.asked = {}, 0

    def answer(self, question):
        if "ask" in question:
            return {"trials": [self.trial() for _ in range(question["ask"])]}
        for entry in question["tell"]:
            self.tell(entry)
        return {"ok": True, "stop": False} if any("step" in entry for entry in question["tell"]) else {"ok": True}

    def trial(self):
        # An optimizer that knows nothing of constraints learns what they forbid as failures.
        for _ in range(1000):
            parameters = self.optimizer.ask()
            if self.experiment.is_feasible(parameters):
                self.asked += 1
                self.running[self.asked] = parameters
                return {"id": self.asked, "parameters": parameters}
            self.optimizer.tell(parameters, None)
        raise Refused("1,000 proposals in a row violate the constraints")

    def tell(self, entry):
        if "id" not in entry:
            raise Refused("importing observations is not mapped")
        if "step" in entry:
            return
        parameters = self.running.pop(entry["id"])
        values = [entry["value"]] if "value" in entry else [entry.get("values", {}).get(name) for name in self.experiment.metrics]
        failed = entry.get("failed") or None in values
        self.optimizer.tell(parameters, None if failed else [sign * value for sign, value in zip(self.experiment.signs, values)])


def serve(make_optimizer):
    """Answers lines until there are no more. `make_optimizer(experiment)` is called once."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What libraries print must not get between the answers.
    try:
        session, refusal = start(make_optimizer)
        for line in sys.stdin:
            try:
                answer = session.answer(json.loads(line)) if session else {"error": refusal}
            except Refused as reason:
                answer = {"error": str(reason)}
            print(json.dumps(answer), file=answers, flush=True)
    except BaseException:
        traceback.print_exc()
        end(1)
    end(0)


def start(make_optimizer):
    """The session, or else why there is none."""
    try:
        with open(os.environ["ATTUNE_EXPERIMENT_FILE"]) as file:
            experiment = Experiment(json.load(file))
        return Session(experiment, make_optimizer(experiment)), None
    except Refused as reason:
        return None, str(reason)


def end(code):
    """Ends the process though an optimizer's threads wait for a value that never comes."""
    atexit._run_exitfuncs()
    sys.stderr.flush()
    os._exit(code)


def one_metric(experiment, name):
    """Refuses what an optimizer for a single objective cannot honour."""
    if len(experiment.metrics) > 1:
        raise Refused(f"{name} has a single objective; this experiment has {len(experiment.metrics)}")
