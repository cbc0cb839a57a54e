#!/usr/bin/env bash
# What a suggestion costs after a long history, ours and other people's: processor milliseconds of one ask and tell on one
# core, and peak memory. The others are those that `make entrants` installs; without them, ours alone.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product attune-ask-benchmark 2>&1 | tail -1
ours=.build/release/attune-ask-benchmark
python=.build/entrants/bin/python

printf '%-28s %8s %12s %10s\n' OPTIMIZER TRIALS MS MIB
row() { "$@" | awk '{ printf "%-28s %8d %12.3f %10d\n", $1, $2, $3, $4 }'; }
for algorithm in random sobol tpe cmaes; do
    for history in 1000 10000; do row "$ours" "$algorithm" "$history" 200; done
done
for algorithm in bayesianoptimization auto; do
    for history in 200 1000 10000; do row "$ours" "$algorithm" "$history" 60; done
done
for algorithm in bananas regularized-evolution local-search; do
    for history in 200 1000 10000; do row "$ours" "$algorithm" "$history" 60 cells; done
done
[ -x "$python" ] || exit 0
others() { row "$python" Benchmarks/entrants/ask_cost.py "$@"; }
others optuna-random 1000 50
others optuna-qmc 1000 50
for history in 1000 10000; do others optuna-tpe "$history" 20; done
for history in 200 1000; do others optuna-gp "$history" "${GP_ASKS:-3}"; done
for history in 200 1000; do others skopt-gp "$history" "${GP_ASKS:-1}"; done
