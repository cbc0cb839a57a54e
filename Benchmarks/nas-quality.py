#!/usr/bin/env python3
"""Whether cells that `attune nas search` chooses are better than random ones: Benchmarks/nas-quality.py ATTUNE FOLDER

For each seed, a search; then the chosen cell and the random cells are trained on all training images from other seeds, as
long as the search trained them, and measured on the test images, which the search never saw.
"""
import argparse
import concurrent.futures
import math
import os
import re
import statistics
import subprocess
import time

arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("attune", help="the program")
arguments.add_argument("folder", help="a data set with test images")
arguments.add_argument("--seeds", type=int, default=5)
arguments.add_argument("--random-cells", type=int, default=10)
arguments.add_argument("--trainings", type=int, default=4, help="of the chosen cell; each random one is trained once")
arguments.add_argument("--shrink", default="2")
arguments.add_argument("--method", default="default", help="of the search")
arguments.add_argument("--epochs", default="8", help="of every training")
options = arguments.parse_args()
data = ["--data", options.folder, "--shrink", options.shrink]
environment = dict(os.environ, OPENBLAS_NUM_THREADS="1")


def searched(seed):
    """The search's lines, the seconds it took, and the most memory it had, in MB."""
    command = [options.attune, "nas", "search", *data, "--seed", str(seed)]
    command += ["--random-cells", str(options.random_cells), "--method", options.method]
    command += ["--training-epochs", options.epochs]
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the search of seed {seed} failed")
    return text, time.monotonic() - start, usage.ru_maxrss / 1024


def tested(genotype, seed):
    command = [options.attune, "nas", "retrain", genotype, *data, "--epochs", options.epochs, "--threads", "1"]
    done = subprocess.run(command + ["--seed", str(seed)], stdout=subprocess.PIPE, text=True, env=environment, check=True)
    return float(re.findall(r"Test-Accuracy=(\S+)", done.stdout)[-1])


def value(text, name):
    return float(re.search(name + r"=(\S+)", text)[1])


gains = {"cross-validated accuracy": [], "cross-validated loss": [], "test accuracy": []}
for seed in range(1, options.seeds + 1):
    text, seconds, megabytes = searched(seed)
    chosen = re.search(r"\nBest-Genotype=(.*)", text)[1]
    random = re.findall(r"\nCandidate-.* origin=random Candidate-Genotype=(.*)", text)
    skips = re.search(r"normal=(.*),normal_concat", chosen)[1].count("skip_connect")
    work = [(genotype, 1000 + place) for place, genotype in enumerate(random)]
    work += [(chosen, 1000 + run) for run in range(options.trainings)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda one: tested(*one), work))
    test_random, test_chosen = statistics.mean(results[: len(random)]), statistics.mean(results[len(random) :])
    accuracy, loss = value(text, "Retrained-Accuracy"), value(text, "Retrained-Loss")
    random_accuracy, random_loss = value(text, "Random-Accuracy"), value(text, "Random-Loss")
    gains["cross-validated accuracy"].append(accuracy - random_accuracy)
    gains["cross-validated loss"].append(random_loss - loss)
    gains["test accuracy"].append(test_chosen - test_random)
    origin = re.search(r"\nRetrained-.* origin=(\S+)", text)[1]
    print(
        f"seed {seed}: {seconds:.0f} s, {megabytes:.0f} MB, {skips} skips, from {origin}; chosen against the mean of "
        f"{len(random)} random cells: cross-validated accuracy {accuracy:.4f} {random_accuracy:.4f}, loss {loss:.4f} "
        f"{random_loss:.4f}, test accuracy {test_chosen:.4f} {test_random:.4f}",
        flush=True,
    )
for name, values in gains.items():
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    better = sum(gain > 0 for gain in values)
    print(f"gain of {name}: {statistics.mean(values):+.4f} (standard error {error:.4f}), better in {better} of {len(values)}")
