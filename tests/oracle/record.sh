#!/bin/sh
# Records snapshots/deployment/ again: what the real helmfile and helm make of the default deployment.
#
#   HELMFILE=helmfile HELM4=…/helm HELM3=…/helm tests/oracle/record.sh [DIRECTORY]
#
# HELMFILE, HELM4 and HELM3 are names or paths of the programs; DIRECTORY (default snapshots/deployment) is where the
# results go. A copy of the files that git knows is rendered, so that custom.yaml and other local files have no part in it.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
output=${1:-$root/snapshots/deployment}
helmfile=$(command -v "${HELMFILE:-helmfile}") || { echo "no helmfile: set HELMFILE" >&2; exit 1; }
helm4=$(command -v "${HELM4:-helm}") || { echo "no helm 4: set HELM4" >&2; exit 1; }
helm3=$(command -v "${HELM3:-}") || { echo "no helm 3: set HELM3" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/deploy" "$work/helm4" "$work/helm3" "$work/home" "$output"
(cd "$root" && git ls-files -z -- helmfile.yaml.gotmpl environments releases | tar --null -T - -cf -) | tar -xf - -C "$work/deploy"
ln -s "$helm4" "$work/helm4/helm"
ln -s "$helm3" "$work/helm3/helm"
output=$(cd "$output" && pwd)
cd "$work/deploy"

# No settings of this machine take part.
run() { # run PROFILE ARGUMENT…
  profile=$1
  shift
  env -i PATH="$work/$profile:/usr/bin:/bin" HOME="$work/home" TMPDIR="$work" "$helmfile" --quiet "$@" 2>"$work/stderr" ||
    { cat "$work/stderr" >&2; exit 1; }
}

"$helm4" version --template '{{.Version}}' | grep -q '^v4\.' || { echo "HELM4 is not helm 4" >&2; exit 1; }
"$helm3" version --template '{{.Version}}' | grep -q '^v3\.' || { echo "HELM3 is not helm 3" >&2; exit 1; }

for profile in helm4 helm3; do
  run "$profile" template --skip-deps --args "--kube-version v1.34.0" >"$output/template.$profile.yaml"
  run "$profile" -f releases/blueking.yaml.gotmpl -l seq=fifth template --skip-deps --args "--kube-version v1.34.0" \
    >"$output/template-fifth.$profile.yaml"
done
run helm4 list >"$output/list.txt"
run helm4 list --output json >"$output/list.json"
run helm4 list -l seq=first >"$output/list-first.txt"
run helm4 -e production list >"$output/list-production.txt"
run helm4 build | sed "s|$work/deploy|@DEPLOY@|g" >"$output/build.yaml"
rm -rf "$output/values" "$output/values-fifth"
mkdir "$output/values" "$output/values-fifth"
run helm4 write-values --output-file-template "$output/values/{{ .Release.Name }}.yaml" >"$work/stdout"
run helm4 -f releases/blueking.yaml.gotmpl -l seq=fifth write-values --output-file-template "$output/values-fifth/{{ .Release.Name }}.yaml" >"$work/stdout"
