"""The processor time of one ask and tell after a history of random trials: `ask_cost.py NAME HISTORY [ASKS]`.

The same function, history and output as Benchmarks/Asks: name, history, milliseconds of processor time, peak MiB.
"""

import os
import sys

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import math
import random
import resource
import time
import warnings

warnings.filterwarnings("ignore")
NAME, HISTORY = sys.argv[1], int(sys.argv[2])
ASKS = int(sys.argv[3]) if len(sys.argv) > 3 else 10
DIMENSIONS = 10
source = random.Random(1)


def loss(point):
    return sum((x - 1) ** 2 + 0.5 * math.sin(3 * (x - 1)) for x in point)


def draw():
    return [source.uniform(-5, 5) for _ in range(DIMENSIONS)]


def optuna_steps(sampler):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    names = [f"x{i}" for i in range(DIMENSIONS)]
    study = optuna.create_study(sampler=sampler(optuna))
    laws = {name: optuna.distributions.FloatDistribution(-5, 5) for name in names}
    for _ in range(HISTORY):
        point = draw()
        study.add_trial(optuna.trial.create_trial(params=dict(zip(names, point)), distributions=laws, value=loss(point)))

    def step():
        trial = study.ask()
        study.tell(trial, loss([trial.suggest_float(name, -5, 5) for name in names]))

    return step


def skopt_steps():
    import skopt

    optimizer = skopt.Optimizer([(-5.0, 5.0)] * DIMENSIONS, random_state=1)
    points = [draw() for _ in range(HISTORY)]
    optimizer.tell(points, [loss(point) for point in points])

    def step():
        point = optimizer.ask()
        optimizer.tell(point, loss(point))

    return step


STEPS = {
    "optuna-tpe": lambda: optuna_steps(lambda o: o.samplers.TPESampler(seed=1)),
    "optuna-gp": lambda: optuna_steps(lambda o: o.samplers.GPSampler(seed=1)),
    "optuna-random": lambda: optuna_steps(lambda o: o.samplers.RandomSampler(seed=1)),
    "optuna-qmc": lambda: optuna_steps(lambda o: o.samplers.QMCSampler(seed=1)),
    "optuna-cmaes": lambda: optuna_steps(lambda o: o.samplers.CmaEsSampler(seed=1)),
    "skopt-gp": skopt_steps,
}
step = STEPS[NAME]()
step()
start = time.process_time()
for _ in range(ASKS):
    step()
milliseconds = (time.process_time() - start) * 1000 / ASKS
print(NAME, HISTORY, f"{milliseconds:.4f}", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
