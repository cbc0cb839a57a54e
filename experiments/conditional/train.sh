#!/bin/sh
# A stand-in for training whose best setting depends on the optimizer: SGD wants a large rate and momentum, Adam a small
# rate. Prints one line per step; arguments are name=value.
for argument in "$@"; do
    case $argument in
        optimizer=*) optimizer=${argument#*=} ;;
        rate=*) rate=${argument#*=} ;;
        momentum=*) momentum=${argument#*=} ;;
        layers=*) layers=${argument#*=} ;;
        units=*) units=${argument#*=} ;;
    esac
done
awk -v optimizer="$optimizer" -v rate="$rate" -v momentum="${momentum:-0}" -v layers="$layers" -v units="$units" 'BEGIN {
    best = optimizer == "sgd" ? 0.1 : 0.001
    distance = log(rate / best) / log(10)
    floor = 0.1 + 0.2 * distance * distance + 0.02 * (layers - 3) ^ 2 + 8 / units
    if (optimizer == "sgd") floor += 0.3 * (momentum - 0.9) ^ 2
    for (step = 0; step < 5; step++) printf "step=%d loss=%.6f\n", step, floor + 2 * exp(-step)
}'
