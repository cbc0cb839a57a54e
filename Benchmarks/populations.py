"""Population based training on problems whose best settings change while a model trains: which rules for exploring pay?

    python3 Benchmarks/populations.py [SEEDS]      needs numpy; 10 seeds take a quarter of an hour

Prints, for each problem, the median over seeds of what the best member of a population reaches after 20 generations, and
in the end each rule's mean rank. The rules: constant settings drawn at random; Attune's `pbt` with truncation 0.2 and 0.4;
the same with a quarter resampled; the same with everybody but the copied perturbed (Katib's explore, with weights that are
handed over); and PB2 (Parker-Holder et al. 2020), which chooses a child's settings by an upper confidence bound of a
Gaussian process over settings and time, with pending members, for all children or for every other one.
"""

import sys

import numpy as np

GENERATIONS = 20


class NoisyQuadratic:
    """Descent on a quadratic under gradient noise (Zhang et al. 2019): setting 0 is the logarithm of the learning rate,
    which has to fall; the others multiply the noise by their distance from places that wander."""

    def __init__(self, dimensions, random):
        self.curvature = np.logspace(-2, 0, 30)
        self.amplitude = random.uniform(0.1, 0.35, dimensions)
        self.phase = random.uniform(0, 2 * np.pi, dimensions)

    def start(self):
        return np.ones(30)

    def train(self, variance, settings, generation, random):
        rate = 10 ** (-3 + 3.2 * settings[0])
        places = 0.5 + self.amplitude * np.sin(self.phase + 3 * generation / GENERATIONS)
        noise = 0.3 * self.curvature * np.prod(1 + 4 * (settings - places)[1:] ** 2)
        for _ in range(20):
            variance = (1 - rate * self.curvature) ** 2 * variance + rate**2 * noise
        return np.minimum(variance, 1e6)

    def value(self, variance):
        return -np.log(0.5 * np.sum(self.curvature * variance) + 1e-9)


class Drift:
    """Every generation adds more the nearer the settings are to a place that drifts; PB2's own assumption."""

    def __init__(self, dimensions, random):
        self.begin, self.end = random.uniform(0.2, 0.8, (2, dimensions))
        self.width = 0.25 * np.sqrt(dimensions)

    def start(self):
        return np.zeros(1)

    def train(self, state, settings, generation, random):
        place = self.begin + (self.end - self.begin) * generation / GENERATIONS
        return state + np.exp(-np.sum((settings - place) ** 2) / self.width**2) + 0.05 * random.normal()

    def value(self, state):
        return state[0]


class Still(Drift):
    """The same where the place stays: the best settings are constant."""

    def __init__(self, dimensions, random):
        super().__init__(dimensions, random)
        self.end = self.begin


class Floor:
    """A loss that falls towards a floor: a large learning rate falls fast, a small one low; the others raise the floor."""

    def __init__(self, dimensions, random):
        self.place = random.uniform(0.2, 0.8, dimensions)

    def start(self):
        return np.array([2.3])

    def train(self, state, settings, generation, random):
        loss, rate = state[0], 10 ** (-4 + 4 * settings[0])
        floor = 1.5 * rate**0.5 + 0.02 + 0.3 * np.sum((settings - self.place)[1:] ** 2)
        for _ in range(10):
            loss -= min(1, 3 * rate) * (loss - floor)
        return np.array([min(loss, 10)])

    def value(self, state):
        return -np.log(state[0])


def perturbed(settings, random, resampling):
    """As algorithms/pbt: setting 0 is logarithmic, × or ÷ 1.25 of 3.2 decades; the others ± a fifth."""
    steps = np.maximum(0.2 * settings, 0.02)
    steps[0] = 0.03
    moved = settings + np.where(random.random(len(settings)) < 0.5, steps, -steps)
    drawn = random.random(len(settings)) < resampling
    return np.clip(np.where(drawn, random.random(len(settings)), moved), 0, 1)


def covariance(a, b, length, forgetting):
    """Squared exponential in the settings, times (1 - ε)^(|t - t'| / 2) (PB2, section 4.1); the last column is t."""
    scale = length**2 * max(1, (a.shape[1] - 1) / 2)
    distances = ((a[:, None, :-1] - b[None, :, :-1]) ** 2).sum(-1)
    return np.exp(-0.5 * distances / scale) * (1 - forgetting) ** (np.abs(a[:, None, -1] - b[None, :, -1]) / 2)


def fit(inputs, targets):
    """Length, forgetting and noise of largest marginal likelihood on a grid, and the amplitude that goes with them."""
    best = None
    for length in (0.15, 0.3, 0.6, 1.2):
        for forgetting in (0.0, 0.05, 0.15, 0.4):
            kernel = covariance(inputs, inputs, length, forgetting)
            for noise in (0.01, 0.1, 0.5):
                factor = np.linalg.cholesky(kernel + noise * np.eye(len(targets)))
                white = np.linalg.solve(factor, targets)
                amplitude = white @ white / len(targets)
                likelihood = -0.5 * len(targets) * np.log(amplitude) - np.log(np.diag(factor)).sum()
                if best is None or likelihood > best[0]:
                    best = (likelihood, length, forgetting, noise, amplitude)
    return best[1:]


def chosen(history, gains, time, pending, random):
    """PB2's child: the candidate of largest upper confidence bound on the improvement of one generation."""
    inputs, gains = np.array(history[-120:]), np.array(gains[-120:])
    targets = np.clip((gains - gains.mean()) / (gains.std() + 1e-9), -3, 3)
    length, forgetting, noise, amplitude = fit(inputs, targets)
    best = inputs[np.argsort(-targets)[:5], :-1]
    near = best[random.integers(len(best), size=200)] + 0.08 * random.normal(size=(200, best.shape[1]))
    candidates = np.vstack([random.random((400, best.shape[1])), np.clip(near, 0, 1)])
    at = np.hstack([candidates, np.full((len(candidates), 1), time)])
    known = covariance(inputs, inputs, length, forgetting) + noise * np.eye(len(inputs))
    mean = covariance(at, inputs, length, forgetting) @ np.linalg.solve(known, targets)
    both = np.vstack([inputs, [np.append(settings, time) for settings in pending]])
    factor = np.linalg.cholesky(covariance(both, both, length, forgetting) + noise * np.eye(len(both)))
    white = np.linalg.solve(factor, covariance(at, both, length, forgetting).T)
    deviation = np.sqrt(amplitude * np.maximum(1 - (white**2).sum(0), 1e-9))
    return candidates[np.argmax(mean + deviation)]


def reached(problem_class, dimensions, size, rule, seed):
    random = np.random.default_rng(seed)
    problem = problem_class(dimensions, np.random.default_rng(1000 + seed))
    settings = random.random((size, dimensions))
    states = [problem.start() for _ in range(size)]
    before = [problem.value(state) for state in states]
    history, gains = [], []
    for generation in range(GENERATIONS):
        states = [problem.train(state, s, generation, random) for state, s in zip(states, settings)]
        values = [problem.value(state) + 0.02 * random.normal() for state in states]
        history += [np.append(s, generation) for s in settings]
        gains += list(np.subtract(values, before))
        before = values
        if rule["kind"] == "constant" or generation == GENERATIONS - 1:
            continue
        cut = max(1, round(rule.get("truncation", 0.2) * size))
        order = np.argsort(values)[::-1]
        losers = set(order[size - cut :])
        pending = [settings[i] for i in range(size) if i not in losers]
        children, parents = settings.copy(), list(range(size))
        for i in range(size):
            if i in losers:
                parents[i] = random.choice(order[:cut])
                if rule["kind"] == "katib":
                    children[i] = settings[parents[i]]
                elif random.random() < rule.get("model", 0):
                    children[i] = chosen(history, gains, generation + 1, pending, random)
                    pending.append(children[i])
                else:
                    children[i] = perturbed(settings[parents[i]], random, rule.get("resampling", 0))
            elif rule["kind"] == "katib":
                children[i] = perturbed(settings[i], random, 0)
        settings = children
        states = [states[parent] for parent in parents]
        before = [values[parent] for parent in parents]
    return max(problem.value(state) for state in states)


RULES = {
    "constant": {"kind": "constant"},
    "pbt 0.2": {"kind": "pbt"},
    "pbt 0.4": {"kind": "pbt", "truncation": 0.4},
    "resample": {"kind": "pbt", "truncation": 0.4, "resampling": 0.25},
    "katib": {"kind": "katib"},
    "pb2": {"kind": "pbt", "truncation": 0.4, "model": 1},
    "pb2 half": {"kind": "pbt", "truncation": 0.4, "model": 0.5},
}


def main():
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    print(f"{'problem':24}" + "".join(f"{name:>10}" for name in RULES))
    ranks = []
    for problem in (NoisyQuadratic, Floor, Still, Drift):
        for dimensions, size in ((1, 10), (3, 5), (3, 10), (3, 20), (6, 10)):
            values = np.array(
                [[reached(problem, dimensions, size, rule, seed) for seed in range(seeds)] for rule in RULES.values()]
            )
            ranks.append((-values).argsort(0).argsort(0).mean(1) + 1)
            title = f"{problem.__name__}, {dimensions}, of {size}"
            print(f"{title:24}" + "".join(f"{median:10.3f}" for median in np.median(values, 1)), flush=True)
    print(f"{'mean rank':24}" + "".join(f"{rank:10.2f}" for rank in np.mean(ranks, 0)))


main()
