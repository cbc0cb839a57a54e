#!/bin/sh
# A learning curve that ends at $1, one line every tenth of a second.
step=0
while [ $step -lt 12 ]; do
    awk -v end="$1" -v step=$step 'BEGIN { printf "step=%d loss=%.6f\n", step, end + 3 * exp(-step / 3) }'
    step=$((step + 1))
    sleep 0.1
done
