#!/usr/bin/env bash
# An experiment of 300 short trials while attune is killed with -9 at up to 100 random moments and resumed each time.
# In the end exactly 300 trials have ended, none was started twice, none was lost, and the log replays.
#
# Takes about a minute. KILLS, TRIALS and SEED change the numbers; ATTUNE names the binary.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Tests/Campaigns/support.sh
kills=${KILLS:-100} trials=${TRIALS:-300}
RANDOM=${SEED:-1}

# Goes on with the experiment, or begins it where attune was killed before it had.
drive() {
    if "$attune" show campaign >/dev/null 2>&1; then
        exec "$attune" resume campaign --quiet
    else
        exec "$attune" run "$work/campaign.yaml" --quiet
    fi
}

write_experiment "$work/campaign.yaml" "$trials"
drive &
driver=$!
killed=0
while [ "$killed" -lt "$kills" ] && kill -0 "$driver" 2>/dev/null; do
    sleep "0.$(printf '%03d' $((RANDOM % 350)))"
    kill -9 "$driver" 2>/dev/null || break
    wait "$driver" 2>/dev/null || true
    killed=$((killed + 1))
    drive &
    driver=$!
done
wait "$driver"
echo "killed attune $killed times"
check_experiment "$trials"
