#!/usr/bin/env bash
# Generates the Swift code of the protos anew; see CONTRIBUTING.md. Takes the path of protoc-gen-swift.
set -euo pipefail
cd "$(dirname "$0")"
protoc --plugin=protoc-gen-swift="$1" --swift_opt=Visibility=Public --swift_opt=UseAccessLevelOnImports=true \
    --swift_out=. api.proto attune.proto health.proto
