"""How well forecasts of learning curves are calibrated, on the tables of taskset and lcbench-surrogate.

    python3 calibration.py DATA          # needs numpy and scipy

Forty configurations are tried in random order. At six reports of each, from the fifth on, three forecasts say with what
probability it will end better than the best before it: the ensemble of curve shapes by itself, the gains of others by
themselves, and their mean, which is what the rule `curve` uses. Printed are the Brier score, the logarithmic score, and
for those with a probability below 0.05 their share and how often it came true; then the reliability, as
`range: share of forecasts, mean forecast > frequency`.
"""

import csv, glob, gzip, os, sys
from math import log, sqrt
import numpy as np
from scipy.stats import norm, t as student


def tables(data):
    """Learning curves to be made small, [configurations, reports], by table."""
    for folder in ("taskset", "lcbench-surrogate"):
        for path in sorted(glob.glob(os.path.join(data, folder, "*.csv.gz"))):
            with gzip.open(path, "rt") as lines:
                rows = csv.reader(lines)
                head = next(rows)
                columns = [i for i, name in enumerate(head) if name.startswith("val") and name.rsplit("_", 1)[-1].isdigit()]
                if not columns:
                    continue
                values = np.array([[float(row[i] or "nan") for i in columns] for row in rows])
            sign = -1 if "acc" in head[columns[0]] else 1
            values *= sign
            yield folder, np.where(np.isfinite(values), values, np.nanmax(values[np.isfinite(values)]))


def shapes(reports):
    t = np.arange(1.0, reports + 1)
    raw = [t**-a for a in (0.25, 0.5, 1, 2)] + [np.exp(-t / (s * reports)) for s in (0.05, 0.1, 0.2, 0.4)]
    return [(g - g[-1]) / (g[0] - g[-1]) for g in raw + [1 / np.log(t + 1)]]


def by_shapes(curve, best, basis):
    skipped = 0 if len(curve) < 6 else len(curve) // 5
    used = curve[skipped:]
    scale = np.std(used) + 1e-12
    z = (used - used[-1]) / scale
    evidence, chances = [], []
    for g in basis:
        x = np.stack([np.ones(len(z)), g[skipped : len(curve)]], 1)
        precision = 0.01 * np.eye(2) + x.T @ x
        mean = np.linalg.solve(precision, x.T @ z)
        a, b = 1 + len(z) / 2, max(0.01 + 0.5 * (z @ z - mean @ precision @ mean), 1e-12)
        end = np.array([1, g[-1]])
        deviation = sqrt(b / a * (1 + end @ np.linalg.solve(precision, end)))
        evidence.append(-0.5 * np.linalg.slogdet(precision)[1] - a * log(b))
        chances.append(student.cdf(((best - used[-1]) / scale - end @ mean) / deviation, 2 * a))
    weights = np.exp(np.array(evidence) - max(evidence))
    return float(weights @ np.array(chances) / weights.sum())


def by_others(curve, best, others):
    here, present = others[:, len(curve) - 1], curve[-1]
    gains = others[:, -1] - here
    spread = np.median(np.abs(here - np.median(here))) + 1e-12
    weights = np.exp(-0.5 * ((here - present) / (0.6 * spread)) ** 2)
    mean = weights @ gains / (weights.sum() + 1e-12)
    deviation = sqrt(weights @ (gains - mean) ** 2 / (weights.sum() + 1e-12))
    chances = norm.cdf((best - present - gains) / (0.15 * (deviation + 1e-3 * spread) + 1e-12))
    of_all = (chances.sum() + 1 / (len(others) + 1)) / (len(others) + 1)
    return (weights @ chances + of_all) / (weights.sum() + 1)


def forecasts(data, trials=40, repetitions=2, reports=(4, 8, 13, 21, 31, 41)):
    random = np.random.default_rng(1)
    for folder, table in tables(data):
        basis = shapes(table.shape[1])
        for _ in range(repetitions):
            curves = table[random.permutation(len(table))[:trials]]
            for trial in range(4, trials):
                best = curves[:trial, -1].min()
                for report in reports:
                    a = by_shapes(curves[trial, :report], best, basis)
                    b = by_others(curves[trial, :report], best, curves[:trial])
                    yield folder, (a, b, (a + b) / 2), float(curves[trial, -1] < best)


def report(name, folder, chances, came_true):
    scored = np.clip(chances, 1e-4, 1 - 1e-4)
    score = -np.mean(came_true * np.log(scored) + (1 - came_true) * np.log(1 - scored))
    low = chances < 0.05
    bins = []
    for start, end in ((0, 0.01), (0.01, 0.03), (0.03, 0.1), (0.1, 0.3), (0.3, 0.7), (0.7, 1.01)):
        inside = (chances >= start) & (chances < end)
        if inside.any():
            bins.append(f"{start}: {inside.mean():.2f}, {chances[inside].mean():.3f} > {came_true[inside].mean():.3f}")
    print(
        f"{folder:18} {name:7} Brier {np.mean((chances - came_true) ** 2):.4f}  log {score:.4f}  "
        f"below 0.05: {low.mean():.2f}, true {came_true[low].mean():.4f}   {'; '.join(bins)}"
    )


if __name__ == "__main__":
    found = list(forecasts(sys.argv[1]))
    for folder in ("taskset", "lcbench-surrogate"):
        of_folder = [entry for entry in found if entry[0] == folder]
        came_true = np.array([entry[2] for entry in of_folder])
        for index, name in enumerate(("shapes", "others", "mean")):
            report(name, folder, np.array([entry[1][index] for entry in of_folder]), came_true)
