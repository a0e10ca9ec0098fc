#!/usr/bin/env bash
# run.sh FOLDER PROGRAM: runs the recorded cases of the real programs and compares with what passed before.
#
# tests/xfail.toml names, for every suite, the cases that are known to fail, with the reason; a case that fails and is not
# named there is a failure, and so is one that is named there and passes (take its line out).
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
shared=$(cd "$1" && pwd)
program=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
ln -s "$program" "$scratch/helmfile"
status=0

suite() { # NAME COMMAND...
    local name=$1
    shift
    echo "--- $name"
    "$@" >"$scratch/out" 2>"$scratch/err"
    tail -n 1 "$scratch/out"
    sed -n 's/^FAIL  *\([^:]*\).*/\1/p' "$scratch/out" | sed 's/ *$//' | sort -u >"$scratch/failing"
    awk -v suite="[$name]" -F'"' '/^\[/ {inside = $0 == suite} inside && /^"/ {print $2}' "$here/../xfail.toml" | sort -u >"$scratch/known"
    if ! grep -qE '^[0-9]+ passed, [0-9]+ failed' "$scratch/out"; then
        echo "the runner did not finish:"; tail -n 5 "$scratch/err"; status=1; return
    fi
    comm -23 "$scratch/failing" "$scratch/known" >"$scratch/new"
    comm -13 "$scratch/failing" "$scratch/known" >"$scratch/mended"
    if [ -s "$scratch/new" ]; then
        echo "passed before, fail now:"; sed 's/^/  /' "$scratch/new"; status=1
    fi
    if [ -s "$scratch/mended" ]; then
        echo "listed in tests/xfail.toml as failing, pass now (take them out):"; sed 's/^/  /' "$scratch/mended"; status=1
    fi
}

suite blueking-helm4 python3 "$shared/run.py" blueking --bin "$program"
suite blueking-helm3 python3 "$shared/run.py" blueking --bin "$program" --profile helm3
suite charts-helm4 python3 "$shared/run.py" charts --bin "$program helm" -j 2
suite charts-helm3 python3 "$shared/run.py" charts --bin "$program helm" --profile helm3 -j 2
suite states python3 "$shared/states/run.py" --bin "$scratch/helmfile" -j 2
exit $status
