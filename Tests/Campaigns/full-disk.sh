#!/usr/bin/env bash
# An experiment whose store's disk fills up at a random moment: attune says so and stops, and after space returns
# nothing is lost. The disk is a small tmpfs, so this needs root; elsewhere it says that it was skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Tests/Campaigns/support.sh
trials=${TRIALS:-60}
RANDOM=${SEED:-1}

mkdir "$work/disk"
mount -t tmpfs -o size=2m tmpfs "$work/disk" 2>/dev/null || { echo "skipped: cannot mount a tmpfs here"; exit 0; }
export ATTUNE_STORE=$work/disk/attune.db ATTUNE_TRIALS=$work/trials
write_experiment "$work/campaign.yaml" "$trials"
"$attune" run "$work/campaign.yaml" --quiet 2>"$work/errors" &
driver=$!
sleep "$((RANDOM % 2)).$(printf '%03d' $((RANDOM % 1000)))"
dd if=/dev/zero of="$work/disk/filler" bs=4k 2>/dev/null || true
if wait "$driver"; then echo "the disk filled too late to be noticed"; exit 1; fi
echo "attune said: $(tail -1 "$work/errors")"
grep -q "disk is full" "$work/errors"
rm "$work/disk/filler"
"$attune" resume campaign --quiet
check_experiment "$trials"
