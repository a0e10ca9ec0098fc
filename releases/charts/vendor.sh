#!/bin/sh
# Packs the library chart into charts/ of every chart that depends on it, byte for byte the same each time.
# 修改 bk-common 后执行本脚本，更新各 chart 内置的公共库包。
set -eu
cd "$(dirname "$0")"
pack() { # pack CHART: prints the path of its package
  version=$(sed -n 's/^version: //p' "$1/Chart.yaml")
  package="$1-$version.tgz"
  tar --sort=name --owner=0 --group=0 --numeric-owner --mode='u=rwX,go=rX' --mtime=@0 -cf - "$1" | gzip -n -9 > "${TMPDIR:-/tmp}/$package"
  echo "${TMPDIR:-/tmp}/$package"
}
for library in bk-common bk-web; do
  package=$(pack "$library")
  for chart in */Chart.yaml; do
    directory=$(dirname "$chart")
    if grep -q "repository: file://../$library$" "$chart"; then
      mkdir -p "$directory/charts"
      rm -f "$directory/charts/$library"-*.tgz
      cp "$package" "$directory/charts/"
    fi
  done
  rm -f "$package"
done
