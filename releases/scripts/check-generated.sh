#!/bin/sh
# check-generated.sh DIRECTORY: are the generated layers there?  检查生成的配置层是否齐全。
# Only looks; exits 1 and names what is missing. 只读，不修改任何内容。
set -eu
directory=${1:?usage: check-generated.sh DIRECTORY}
missing=0
for layer in app_secret bkapigateway_builtin_keypair; do
  if [ ! -s "$directory/$layer.yaml" ]; then
    echo "缺少 $directory/$layer.yaml，请先生成 / missing, generate it first" >&2
    missing=1
  fi
done
exit $missing
