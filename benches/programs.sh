#!/usr/bin/env bash
# Whole programs side by side: bkhelm against helmfile with helm, in turns, on the same inputs, in one run.
#
#   HELMFILE=… HELM=… benches/programs.sh [RUNS] [FOLDER STATE]...
#
# Without folders: the embedded deployment, and the recorded BlueKing storage tier where it lies beside the project.
# Prints the medians of the wall time and their ratio. Output is compared too: a faster wrong answer is no answer.
set -euo pipefail
project=$(cd "$(dirname "$0")/.." && pwd)
program=${BKHELM:-$project/target/release/bkhelm}
helmfile=${HELMFILE:-helmfile}
runs=${1:-11}
shift || true
[ -x "$program" ] || { echo "build it first: cargo build --release"; exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/path"
ln -s "$(command -v "${HELM:-helm}")" "$scratch/path/helm"
export PATH="$scratch/path:$PATH" HELM_CACHE_HOME="$scratch/cache" HELM_CONFIG_HOME="$scratch/config" HELM_DATA_HOME="$scratch/data" KUBECONFIG=/dev/null

milliseconds() { # COMMAND...: wall time of one call, output to $scratch/out
    local start end
    start=$(date +%s%N)
    "$@" >"$scratch/out" 2>"$scratch/err" || { cat "$scratch/err"; exit 1; }
    end=$(date +%s%N)
    echo $(((end - start) / 1000))
}
median() { sort -n | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }

compare() { # NAME FOLDER ARGUMENTS...
    local name=$1 folder=$2 i
    shift 2
    cd "$folder"
    : >"$scratch/ours"; : >"$scratch/theirs"
    for i in $(seq "$runs"); do
        milliseconds "$program" "$@" >>"$scratch/ours"
        cp "$scratch/out" "$scratch/out-ours"
        milliseconds "$helmfile" "$@" >>"$scratch/theirs"
        cp "$scratch/out" "$scratch/out-theirs"
    done
    local ours theirs same=equal
    ours=$(median <"$scratch/ours"); theirs=$(median <"$scratch/theirs")
    cmp -s "$scratch/out-ours" "$scratch/out-theirs" || same="$(diff "$scratch/out-ours" "$scratch/out-theirs" | grep -c '^[<>]' || true) lines differ"
    awk -v n="$name" -v o="$ours" -v t="$theirs" -v s="$same" 'BEGIN {printf "%-34s %10.1f ms %10.1f ms %8.1f times   output %s\n", n, o/1000, t/1000, t/o, s}'
}

printf '%-34s %13s %13s %14s\n' "what ($runs runs, medians)" bkhelm helmfile faster
if [ $# -gt 0 ]; then
    while [ $# -gt 1 ]; do compare "$2" "$1" -f "$2" template --skip-deps --args "--kube-version v1.34.0"; shift 2; done
    exit
fi
compare "embedded deployment: template" "$project" template --skip-deps --args "--kube-version v1.34.0"
compare "embedded deployment: list" "$project" list
compare "embedded deployment: build" "$project" build
recorded=$project/../shared/conformance/blueking/deploy
if [ -d "$recorded" ]; then
    cp -r "$recorded" "$scratch/tier"
    compare "recorded storage tier: template" "$scratch/tier" -f base-storage.yaml.gotmpl template --skip-deps --args "--kube-version v1.34.0"
fi
