#!/usr/bin/env bash
# Requests per second of the service, empty and durable, over both transports; and beside it the durable round trips of
# Optuna with SQLite, where `make entrants` has installed it. Takes the number of clients and the seconds of each part.
set -euo pipefail
cd "$(dirname "$0")/.."
clients=${1:-64} seconds=${2:-5}
place=$(mktemp -d)
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$place"' EXIT
.build/release/attune serve --store "$place/attune.db" --http 127.0.0.1:0 --grpc 127.0.0.1:0 >"$place/out" 2>"$place/err" &
server=$!
until grep -q "attune serves" "$place/out"; do sleep 0.1; done
ports=$(sed -E 's/.*http:\/\/[^:]*:([0-9]+).*gRPC on [^:]*:([0-9]+).*/\1 \2/' "$place/out")
# shellcheck disable=SC2086
.build/release/attune-service-benchmark $ports "$clients" "$seconds"
# shellcheck disable=SC2086
[ "$clients" = 16 ] || .build/release/attune-service-benchmark $ports 16 "$seconds"
python=.build/entrants/bin/python
if [ -x $python ] && $python -c 'import optuna' 2>/dev/null; then $python Benchmarks/service-peer.py 16 20; fi
