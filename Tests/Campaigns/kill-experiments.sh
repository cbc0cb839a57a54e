#!/usr/bin/env bash
# The experiments whose trials go on from checkpoints, each with attune killed by -9 a dozen times, at other moments in
# every round. In the end each epoch of the log was trained once, and the log replays: KilledExperimentsTests.
#
# Takes about a minute a round. ROUNDS, KILLS and SEED change the numbers.
set -euo pipefail
cd "$(dirname "$0")/../.."
swift build --build-tests
for round in $(seq "${ROUNDS:-5}"); do
    echo "round $round"
    ATTUNE_KILLS=${KILLS:-12} ATTUNE_SEED=$((${SEED:-1} + round)) \
        swift test --skip-build --filter KilledExperimentsTests
done
echo "passed: every epoch once, whenever attune was killed"
