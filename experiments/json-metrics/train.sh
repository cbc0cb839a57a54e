#!/bin/sh
# Writes one JSON object per epoch to the file named by the first argument; the second is the learning rate.
awk -v rate="$2" 'BEGIN {
    for (epoch = 1; epoch <= 4; epoch++) {
        loss = (log(rate / 0.01)) ^ 2 / 10 + 1 / epoch
        printf "{\"epoch\": %d, \"loss\": %.6f, \"eval\": {\"accuracy\": \"%.6f\"}}\n", epoch, loss, 1 / (1 + loss)
    }
}' > "$1"
