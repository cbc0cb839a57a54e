# Shared by the campaigns: a store of their own, a short experiment, and the check that nothing was lost.
attune=$(realpath "${ATTUNE:-.build/release/attune}")
work=$(mktemp -d)
export ATTUNE_STORE=$work/attune.db
clean_up() {
    [ -z "${driver:-}" ] || kill -9 "$driver" 2>/dev/null || true
    mountpoint -q "$work/disk" 2>/dev/null && umount "$work/disk"
    rm -rf "$work"
}
trap clean_up EXIT

# A trial says that it starts, takes a moment, and reports its loss.
write_experiment() {
    cat >"$1" <<YAML
apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: campaign}
spec:
  seed: 1
  objective: {type: minimize, objectiveMetricName: loss}
  algorithm: {algorithmName: sobol}
  parallelTrialCount: 4
  maxTrialCount: $2
  parameters:
    - {name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}
  trialTemplate:
    trialParameters: [{name: x, reference: x}, {name: name, reference: "\${trialSpec.Name}"}]
    trialSpec:
      apiVersion: attune.dev/v1
      kind: Process
      command:
        - sh
        - -c
        - |
          echo "\${trialParameters.name}" >>$work/starts
          sleep 0.\$((2 + \$\$ % 4))
          echo "loss=\${trialParameters.x}"
YAML
}

check_experiment() {
    "$attune" show campaign
    local states ended succeeded started twice
    states=$("$attune" trials campaign --json | grep '^    "state": ')
    ended=$(echo "$states" | grep -vc '"Running"' || true)
    succeeded=$(echo "$states" | grep -c '"Succeeded"' || true)
    started=$(sort -u "$work/starts" | wc -l)
    twice=$(sort "$work/starts" | uniq -d | wc -l)
    echo "ended $ended, succeeded $succeeded, started $started, started twice $twice"
    "$attune" replay campaign --verify
    [ "$ended" = "$1" ] && [ "$succeeded" = "$1" ] && [ "$started" = "$1" ] && [ "$twice" = 0 ] || { echo "FAILED"; exit 1; }
    echo "passed: exactly $1 trials, none twice, none lost"
}
