#!/usr/bin/env bash
# Manifests against Kubernetes' schemas: the same files, the same schemas, kubeconform and lint's validator in turns, in one run.
#
#   KUBECONFORM=… benches/kubeconform.sh [FOLDER] [RUNS] [MINOR]
#
# FOLDER holds YAML files; without, the recorded renderings of public charts that lie beside the project. Prints which objects only one of
# them finds faulty, and the medians of the wall time with their ratio.
set -euo pipefail
project=$(cd "$(dirname "$0")/.." && pwd)
kubeconform=${KUBECONFORM:-kubeconform}
folder=${1:-} runs=${2:-5} minor=${3:-36}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [ -z "$folder" ]; then
    folder=$scratch/manifests
    mkdir "$folder"
    for file in "$project"/../shared/conformance/charts/*/*.helm4.yaml.gz; do
        gunzip -c "$file" >"$folder/$(basename "$(dirname "$file")").$(basename "$file" .yaml.gz).yaml"
    done
fi
"$project/schemas/kubernetes/layout.py" "$minor" "$scratch/schemas"
judge=${JUDGE:-$(cd "$project" && cargo bench --bench judge --no-run 2>&1 | sed -n 's/.*(\(target[^)]*\)).*/\1/p' | sed "s|^|$project/|")}

ours() { "$judge" "$minor" "$folder"; }
theirs() {
    "$kubeconform" -strict -ignore-missing-schemas -output json -n 1 -kubernetes-version "1.$minor.0" -schema-location "$scratch/schemas" "$folder" || true
}
milliseconds() {
    local start end
    start=$(date +%s%N)
    "$@" >"$scratch/out"
    end=$(date +%s%N)
    echo $(((end - start) / 1000))
}
median() { sort -n | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }
for _ in $(seq "$runs"); do
    milliseconds ours >>"$scratch/ours"
    cp "$scratch/out" "$scratch/said-ours"
    milliseconds theirs >>"$scratch/theirs"
    cp "$scratch/out" "$scratch/said-theirs"
done
tail -n 1 "$scratch/said-ours"
grep -v ' objects$' "$scratch/said-ours" | sort -u >"$scratch/faulty-ours" || true
python3 -c '
import json, os, sys
for one in json.load(open(sys.argv[1])).get("resources") or []:
    if one["status"] == "statusInvalid":
        print(os.path.basename(one["filename"]), one["kind"], one["name"])' "$scratch/said-theirs" | sort -u >"$scratch/faulty-theirs"
echo "faulty: $(wc -l <"$scratch/faulty-ours") by lint, $(wc -l <"$scratch/faulty-theirs") by kubeconform"
echo "only kubeconform finds:"
comm -13 "$scratch/faulty-ours" "$scratch/faulty-theirs" | sed 's/^/    /'
ours=$(median <"$scratch/ours") theirs=$(median <"$scratch/theirs")
echo "lint's validator ${ours} µs, kubeconform ${theirs} µs, ratio $(echo "scale=1; $theirs / $ours" | bc)"
