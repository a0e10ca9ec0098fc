#!/bin/sh
# Makes a generic repository and its user in bkrepo, if they are not there yet.
# 在制品库的 blueking 项目下创建通用仓库及账号，可重复执行。
#
#   ensure-bkrepo-repository.sh --url=URL --admin=NAME --repository=NAME --user=NAME [--public] [--release=NAME]
#
# Passwords come from the environment, so that they do not show in the list of processes:
# BKREPO_ADMIN_PASSWORD, BKREPO_USER_PASSWORD.
set -eu

url= admin= repository= user= public=false release=
for argument; do
  case $argument in
    --url=*) url=${argument#*=} ;;
    --admin=*) admin=${argument#*=} ;;
    --repository=*) repository=${argument#*=} ;;
    --user=*) user=${argument#*=} ;;
    --release=*) release=${argument#*=} ;;
    --public) public=true ;;
    *) echo "unknown argument: $argument" >&2; exit 2 ;;
  esac
done
for name in url admin repository user; do
  eval "value=\$$name"
  [ -n "$value" ] || { echo "--$name is missing" >&2; exit 2; }
done
: "${BKREPO_ADMIN_PASSWORD:?set it to the password of $admin}"
: "${BKREPO_USER_PASSWORD:?set it to the password for $user}"

project=blueking
quoted() { # quoted TEXT: with " and \ escaped, as JSON and curl's configuration want them
  printf '%s' "$1" | sed 's/[\\"]/\\&/g'
}
# Credentials and bodies reach curl on its standard input, not on its command line.
ask() { # ask METHOD PATH [BODY]
  {
    printf 'user = "%s"\n' "$(quoted "$admin:$BKREPO_ADMIN_PASSWORD")"
    if [ $# -gt 2 ]; then printf 'data = "%s"\n' "$(quoted "$3")"; fi
  } | curl --fail --silent --show-error --config - --request "$1" --header 'Content-Type: application/json' "$url$2"
}

if ask GET "/repository/api/repo/exist/$project/$repository" | grep -q '"data" *: *true'; then
  echo "${release:+$release: }仓库已存在 / repository $project/$repository is there"
else
  ask POST /repository/api/repo/create \
    "{\"projectId\":\"$project\",\"name\":\"$repository\",\"type\":\"GENERIC\",\"category\":\"LOCAL\",\"public\":$public}" >/dev/null
  echo "${release:+$release: }已创建仓库 / made repository $project/$repository"
fi
ask POST /auth/api/user/create/repo \
  "{\"userId\":\"$user\",\"name\":\"$user\",\"pwd\":\"$(quoted "$BKREPO_USER_PASSWORD")\",\"projectId\":\"$project\",\"repoName\":\"$repository\"}" >/dev/null
