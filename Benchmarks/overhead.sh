#!/usr/bin/env bash
# What Attune costs per trial, against a shell that starts the same program; and what long studies cost.
# The ratios are what to read: absolute times depend on the machine and on who else uses it.
set -euo pipefail
cd "$(dirname "$0")/.."
attune=$(realpath "${ATTUNE:-.build/release/attune}")
swift build -c release --product attune-study-benchmark 2>&1 | tail -1
study=$(realpath .build/release/attune-study-benchmark)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ATTUNE_STORE=$work/attune.db
count=${TRIALS:-1000}

cat >"$work/noop.yaml" <<YAML
apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: noop}
spec:
  objective: {type: minimize, objectiveMetricName: loss}
  algorithm: {algorithmName: random}
  maxTrialCount: $count
  parameters: [{name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}]
  trialTemplate:
    trialParameters: [{name: x, reference: x}]
    trialSpec: {apiVersion: attune.dev/v1, kind: Process, command: [/bin/echo, "loss=\${trialParameters.x}"]}
YAML

seconds() { local start end; start=$(date +%s%N); "$@" >/dev/null 2>&1; end=$(date +%s%N); echo "$(((end - start) / 1000))"; }
shell_loop() { for i in $(seq "$count"); do /bin/echo "loss=0.$i"; done; }
run_attune() { "$attune" run "$work/noop.yaml" --name "noop-$round" --parallel 2 --quiet; }

for round in 1 2 3; do
    loop=$(seconds shell_loop) ours=$(seconds run_attune)
    echo "round $round: $count trials, shell loop $((loop / count)) µs each, attune --parallel 2 $((ours / count)) µs each, ratio $(awk "BEGIN { printf \"%.1f\", $ours / $loop }")"
done

echo "in process, 10,000 trials:"
"$study" 10000 "$work/ten.db"
echo "in process, 100,000 trials:"
"$study" 100000 "$work/hundred.db"
show() { "$attune" show study --store "$work/hundred.db"; }
echo "attune show with 100,000 trials: $(($(seconds show) / 1000)) ms"
