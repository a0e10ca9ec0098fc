#!/bin/sh
# Builds a program that the cluster tests need, if it is not built yet, and prints its path.
#
#   tests/cluster/build.sh control-plane     the test control plane of this checkout, with kwok beside it
#   tests/cluster/build.sh helm4|helm3       the real helm
#
# Everything goes to ${XDG_CACHE_HOME:-~/.cache}/bkhelm-control-plane, outside the checkout: the control plane under the hash
# of its sources, the others under their version. Needs Go, and Go's module proxy the first time; then about 5 minutes of two
# cores.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/bkhelm-control-plane
kubernetes=1.36.3
kwok=v0.8.0

fail() {
  echo "tests/cluster/build.sh: $*" >&2
  exit 1
}

command -v go >/dev/null 2>&1 || fail "Go is not installed. The cluster tests build their control plane from source: install Go 1.26 (https://go.dev/dl), or leave them out."

# install NAME PACKAGE@VERSION: the package's program, as NAME.
install() {
  into=$cache/${2##*@}
  if [ ! -x "$into/$1" ]; then
    echo "building $1 from $2 …" >&2
    mkdir -p "$into"
    rm -rf "$into/.$1"
    GOBIN=$into/.$1 GOFLAGS= go install "$2" >&2 || fail "$2 does not build"
    mv "$into/.$1"/* "$into/$1"
    rmdir "$into/.$1"
  fi
  touch "$into"
  program=$into/$1
}

control_plane() {
  install kwok "sigs.k8s.io/kwok/cmd/kwok@$kwok"
  kubelet=$program
  hash=$( (cd "$here" && cat build.sh control-plane/*.go control-plane/stages.yaml control-plane/go.mod control-plane/go.sum; go env GOVERSION) | cksum_of)
  into=$cache/$hash
  if [ ! -x "$into/control-plane" ]; then
    echo "building the control plane …" >&2
    mkdir -p "$into"
    # Without a version charts can't read what the server says about itself.
    version=k8s.io/component-base/version
    minor=${kubernetes#1.}
    (cd "$here/control-plane" && GOFLAGS= go build -buildvcs=false -o "$into/.control-plane" -ldflags \
      "-X $version.gitVersion=v$kubernetes -X $version.gitMajor=1 -X $version.gitMinor=${minor%%.*} -X $version.gitTreeState=clean" .) >&2 ||
      fail "the control plane does not build"
    ln -sf "$kubelet" "$into/kwok"
    mv "$into/.control-plane" "$into/control-plane"
  fi
  touch "$into"
  program=$into/control-plane
}

cksum_of() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -c1-16
}

mkdir -p "$cache"
# One build at a time; the lock ends with this process.
exec 9>"$cache/lock"
flock 9
case ${1:-} in
  control-plane) control_plane ;;
  helm4) install helm4 helm.sh/helm/v4/cmd/helm@v4.3.1 ;;
  helm3) install helm3 helm.sh/helm/v3/cmd/helm@v3.22.0 ;;
  *) fail "usage: build.sh control-plane|helm4|helm3" ;;
esac
# What no checkout has used for two weeks.
find "$cache" -mindepth 1 -maxdepth 1 -type d -mtime +14 -exec rm -rf {} +
echo "$program"
