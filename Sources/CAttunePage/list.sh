#!/bin/sh
# Writes assets.inc anew, every file below assets, embedded, and the list of modules in index.html. To be run when a file was
# added, removed or renamed.
cd "$(dirname "$0")" || exit 1
export LC_ALL=C
modules=$(find assets -name '*.js' ! -name report.js | sort | sed 's|^assets/\(.*\)$|<link rel="modulepreload" href="/page/\1">|')
awk -v modules="$modules" '
    /^<!-- End of modules/ { skipping = 0 }
    !skipping { print }
    /^<!-- Modules, by list.sh/ { print modules; skipping = 1 }' assets/index.html >index.new && mv index.new assets/index.html
files=$(find assets -type f ! -name '.*' | sort)
{
    echo "// Made by list.sh."
    number=0
    for file in $files; do
        echo "static const unsigned char asset_$number[] = {"
        echo "#embed \"$file\" if_empty(0)"
        echo "};"
        number=$((number + 1))
    done
    echo "static const struct attune_page_asset assets[] = {"
    number=0
    for file in $files; do
        echo "    {\"${file#assets/}\", asset_$number, sizeof asset_$number},"
        number=$((number + 1))
    done
    echo "};"
} >assets.inc
