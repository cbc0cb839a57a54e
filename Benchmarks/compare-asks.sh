#!/usr/bin/env bash
# How long Attune and other optimizers take to propose a trial: medians, and ratios to Attune's random search, of one run.
#
#     compare-asks.sh                 runs attune and the entrants installed by `make entrants`, then compares
#     compare-asks.sh results.csv     compares what `attune bench run --measure-asks` wrote
#
# A ratio belongs to the run's histories (EVALUATIONS long) and spaces (PROBLEMS). Entrants are asked through pipes, as
# every program is; that is some 0.1 ms of theirs, and nothing of ours.
set -euo pipefail
here=$(dirname "$(realpath "$0")")

compare() {
    local rows
    rows=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "ask_seconds") ask = i; if (!ask) exit 1; next }
        $ask != "" { print $2 "," $ask }' "$1") || { echo "$1: found no column ask_seconds" >&2; exit 1; }
    [ -n "$rows" ] || { echo "$1: found no ask_seconds; measure them with attune bench run --measure-asks" >&2; exit 1; }
    sort -t, -k1,1 -k2,2g <<<"$rows" | medians | sort -t, -k2,2g | ratios
}

# From rows of a name and a number, sorted by both: name,median,count.
medians() {
    awk -F, 'function flush() { if (n) printf "%s,%.9g,%d\n", name, (value[int((n + 1) / 2)] + value[int(n / 2) + 1]) / 2, n }
        $1 != name { flush(); name = $1; n = 0 }
        { value[++n] = $2 }
        END { flush() }'
}

# From those a table; against the fastest where random search is not among them.
ratios() {
    awk -F, '{ name[NR] = $1; median[NR] = $2; count[NR] = $3; if ($1 == "random") base = NR }
        END {
            if (!base) base = 1
            printf "%-28s %8s %16s  %s\n", "ALGORITHM", "ASKS", "MEDIAN ASK", "RATIO TO " name[base]
            for (i = 1; i <= NR; i++) {
                ratio = median[base] > 0 ? sprintf("%.1f", median[i] / median[base]) : "-"
                printf "%-28s %8d %13.1f µs  %s\n", name[i], count[i], median[i] * 1e6, ratio
            }
        }'
}

# --entrant arguments for the entrants whose package is installed, one a line.
entrants() {
    local python=$here/../.build/entrants/bin/python name file arguments module
    [ -x "$python" ] || { echo "no Python entrants: make entrants installs them" >&2; return 0; }
    python=$(cd "$(dirname "$python")" && pwd)/python
    while read -r name module file arguments; do
        [ -f "$here/entrants/$file" ] && "$python" -c "import $module" 2>/dev/null || continue
        printf -- '--entrant\n%s=%q %q %s\n' "$name" "$python" "$here/entrants/$file" "$arguments"
    done <<'LIST'
optuna-random optuna optuna_entrant.py random
optuna-tpe optuna optuna_entrant.py tpe
optuna-multivariate-tpe optuna optuna_entrant.py multivariate-tpe
optuna-gp optuna optuna_entrant.py gp
optuna-cmaes optuna optuna_entrant.py cmaes
optuna-nsga2 optuna optuna_entrant.py nsga2
cmaes cmaes cmaes_entrant.py
hyperopt-tpe hyperopt hyperopt_entrant.py tpe
nevergrad-ngopt nevergrad nevergrad_entrant.py NGOpt
skopt-gp skopt skopt_entrant.py GP
smac-hpo smac smac_entrant.py hpo
LIST
}

if [ $# -gt 0 ]; then compare "$1"; exit; fi
attune=$(realpath "${ATTUNE:-$here/../.build/release/attune}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mapfile -t others < <(entrants)
algorithms=${ALGORITHMS:-$("$attune" bench list | sed -n 's/^algorithms: //p' | tr -d ' ')}
# One run at a time: two would take each other's core while they are timed.
"$attune" bench run --measure-asks --parallel 1 --problems "${PROBLEMS:-classic/levy5,classic/levy20}" \
    --algorithms "$algorithms" "${others[@]}" --evaluations "${EVALUATIONS:-100}" --seeds "${SEEDS:-3}" \
    --out "$work/results" --quiet
tail -n +2 "$work/results/skipped.csv" | sed 's/^/left out: /' >&2
compare "$work/results/results.csv"
