#!/usr/bin/env bash
# Whole programs on a cluster side by side: bkhelm against helmfile with helm and helm-diff, in turns, on one control plane.
#
#   HELMFILE=… HELM=… HELM_PLUGINS=… benches/cluster.sh [RUNS] [APPLIES]
#
# Starts the test control plane of tests/cluster (Go needed; pods are ready at once there) and deploys the embedded deployment
# into namespaces of their own, with the waits that it ships with and without any. Each turn of a program: `sync` from nothing,
# then APPLIES times `apply` with nothing to do; then all is removed. Prints the medians of the wall time and their ratio. HELM_PLUGINS is
# the folder that helm-diff is installed in. A faster wrong answer is no answer: after each turn all releases must be deployed in
# revision 1, and before the clock runs, each program must find nothing to do after the other.
set -euo pipefail
project=$(cd "$(dirname "$0")/.." && pwd)
program=${BKHELM:-$project/target/release/bkhelm}
runs=${1:-5}
applies=${2:-3}
die() { echo "benches/cluster.sh: $*" >&2; exit 1; }
[ -x "$program" ] || die "$program is not there; build it first: cargo build --release"
helm=$(command -v "${HELM:-helm}") || die "${HELM:-helm} is no program; set HELM to a helm 4"
helmfile=$(command -v "${HELMFILE:-helmfile}") || die "${HELMFILE:-helmfile} is no program; set HELMFILE to helmfile"
"$helm" diff version >/dev/null 2>&1 || die "$helm has no plugin diff; set HELM_PLUGINS to the folder that helm-diff is installed in"
control=$("$project/tests/cluster/build.sh" control-plane)

scratch=$(mktemp -d)
plane=
finish() {
    if [ -n "$plane" ]; then
        exec 3>&- # the plane ends with the pipe
        wait "$plane" || true
    fi
    rm -rf "$scratch"
}
trap finish EXIT
mkdir "$scratch/path"
ln -s "$helm" "$scratch/path/helm"
export PATH="$scratch/path:$PATH" HELM_CACHE_HOME="$scratch/cache" HELM_CONFIG_HOME="$scratch/config" HELM_DATA_HOME="$scratch/data"
mkfifo "$scratch/stop"
"$control" "$scratch/plane" --with-parent <"$scratch/stop" >"$scratch/ready" 2>"$scratch/plane.err" &
plane=$!
exec 3>"$scratch/stop"
until grep -q '^ready' "$scratch/ready"; do
    kill -0 "$plane" 2>/dev/null || die "the control plane does not start: $(cat "$scratch/plane.err")"
    sleep 0.2
done
export KUBECONFIG=$scratch/plane/kubeconfig

deployment() { # FOLDER: a copy of the embedded deployment
    mkdir "$1"
    cp -r "$project/helmfile.yaml.gotmpl" "$project/environments" "$project/releases" "$1"
}
deployment "$scratch/waiting"
deployment "$scratch/not-waiting"
sed -i 's/^  wait: true$/  wait: false/; s/^  waitForJobs: true$/  waitForJobs: false/' "$scratch/not-waiting/environments/defaults.yaml"
sed -i 's/^    waitForJobs: true$/    waitForJobs: false/' "$scratch/not-waiting/releases/blueking.yaml.gotmpl"
! grep -rqE '^ *wait(ForJobs)?: true' "$scratch/not-waiting" --include=defaults.yaml --include='*.gotmpl' || die "a wait is left in the copy without waits"

call() { # COMMAND...: it must succeed; output to $scratch/out
    "$@" >"$scratch/out" 2>&1 || { tail -n 40 "$scratch/out" >&2; die "failed: $*"; }
}
timed() { # FILE COMMAND...: writes the wall time of one call, in milliseconds
    local file=$1 start
    shift
    start=$(date +%s%N)
    call "$@"
    echo $((($(date +%s%N) - start) / 1000000)) >>"$file"
}
namespaces=0
begin() { # FOLDER: a namespace that was never there
    namespaces=$((namespaces + 1))
    namespace=bench-$namespaces
    printf 'namespace: %s\n' "$namespace" >"$1/environments/default/custom.yaml"
    cd "$1"
}
deployed() { # all releases are there, in revision 1
    local states
    call "$program" list --output json
    states=$(grep -o '"name":' "$scratch/out" | wc -l)
    call helm list --namespace "$namespace" --max 0
    [ "$(awk -F '\t' '$3 + 0 == 1 && $5 ~ /^deployed/ {n++} END {print n + 0}' "$scratch/out")" = "$states" ] ||
        die "not $states releases deployed in revision 1 after $1: $(cat "$scratch/out")"
}
remove() { # everything, CRDs too; nothing of it runs any more when the next turn begins
    call "$program" destroy
    call "$control" kubectl delete namespace "$namespace"
    call "$control" kubectl delete crds --all
    # The plane has a hundred volumes: those of the namespace can be claimed again.
    local volumes
    mapfile -t volumes < <("$control" kubectl get persistentvolumes --output name)
    call "$control" kubectl patch "${volumes[@]}" --type merge --patch '{"spec": {"claimRef": null}}'
}
turn() { # NAME PROGRAM FOLDER
    local i
    begin "$3"
    timed "$scratch/$1-sync" "$2" sync
    for i in $(seq "$applies"); do timed "$scratch/$1-apply" "$2" apply; done
    deployed "$1"
    remove
}
median() { sort -n "$1" | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }
row() { # WORDS MEASURE
    awk -v n="$1" -v o="$(median "$scratch/ours-$2")" -v t="$(median "$scratch/theirs-$2")" \
        'BEGIN {printf "%-36s %10.2f s %10.2f s %8.1f times\n", n, o/1000, t/1000, t/o}'
}

# Each agrees with the other; it also warms the server up.
begin "$scratch/waiting"
call "$program" sync
call "$helmfile" diff --detailed-exitcode
remove
begin "$scratch/waiting"
call "$helmfile" sync
call "$program" diff --detailed-exitcode
remove

printf '%-36s %12s %12s %14s\n' "what ($runs runs, medians)" bkhelm helmfile faster
for way in waiting not-waiting; do
    rm -f "$scratch"/ours-* "$scratch"/theirs-*
    for i in $(seq "$runs"); do
        turn ours "$program" "$scratch/$way"
        turn theirs "$helmfile" "$scratch/$way"
    done
    row "$way: sync from nothing" sync
    row "$way: apply, nothing to do" apply
done
