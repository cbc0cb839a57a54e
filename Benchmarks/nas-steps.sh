#!/usr/bin/env bash
# What a step of a cell search costs, beside PyTorch, each with one thread: Benchmarks/nas-steps.sh FOLDER [PYTHON]
# FOLDER holds Fashion-MNIST as IDX; PYTHON is an interpreter with torch.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?the folder of Fashion-MNIST}
python=${2:-python3}
swift build -c release --product attune-nas-benchmark 1>&2
bin=$(swift build -c release --show-bin-path)/attune-nas-benchmark
OMP_NUM_THREADS=1 "$python" Benchmarks/NAS/pytorch_supernet.py --data "$folder" --steps 6 --warm-up 1
"$bin" "$folder" 12 1
"$bin" "$folder" 12 2
