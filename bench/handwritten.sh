#!/bin/sh
# What a careful hand would write to deploy the sample app without losing a request: new containers beside the old, a
# probe, the new addresses in the hosts file of nginx, a reload, and then the old containers go. It is for this app alone:
# it does not look for a changed compose file, keeps no record, and takes no lock. Runs in the app's directory.
#
# usage: IMAGE_TAG=v2 sh handwritten.sh SERVICE...
set -eu
: "${IMAGE_TAG:?}"

label=com.docker.compose
app=$(basename "$PWD")

# `SERVICE ID` of every container of these services.
list() {
  docker ps --all --filter "label=$label.project=$app" --format "{{.Label \"$label.service\"}} {{.ID}}" |
    grep -E "^($(echo "$*" | tr ' ' '|')) "
}

only_ids() { echo "$1" | cut -d ' ' -f 2; }

image_of() {
  case $1 in
    frontend) echo "ghcr.io/acme/shop-frontend:$IMAGE_TAG" ;;
    *) echo "ghcr.io/acme/shop-backend:$IMAGE_TAG" ;;
  esac
}

# One loop inside the container, which ends with an error when the container exits.
wait_until_healthy() {
  case $1 in
    frontend) check='wget -qO /dev/null http://127.0.0.1:3000/' ;;
    *) check='curl -fso /dev/null http://localhost:8000/api/health' ;;
  esac
  timeout 30 docker exec "$2" sh -c "until $check 2>/dev/null; do sleep 0.2; done"
}

give_up() {
  echo "$1; the old version continues to serve" >&2
  # shellcheck disable=SC2046
  docker rm --force --volumes $(only_ids "$new") >/dev/null
  exit 1
}

docker compose pull --quiet --policy always

old=$(list "$@")
old_ids=$(only_ids "$old")
# shellcheck disable=SC2046,SC2086
{
  running=$(docker inspect --format '{{.Image}}' $old_ids | sort -u)
  wanted=$(docker image inspect --format '{{.Id}}' $(for service in "$@"; do image_of "$service"; done) | sort -u)
}
if [ "$running" = "$wanted" ]; then
  echo 'nothing to do'
  exit
fi

scales=$(for service in "$@"; do echo "--scale $service=$((2 * $(echo "$old" | grep -c "^$service ")))"; done)
# shellcheck disable=SC2086
docker compose up --detach --no-recreate --no-deps $scales "$@"
new=$(list "$@" | grep -vF "$old_ids")

probes=$(mktemp)
echo "$new" >"$probes"
pids=
while read -r service id; do
  wait_until_healthy "$service" "$id" &
  pids="$pids $!"
done <"$probes"
rm "$probes"
for pid in $pids; do
  wait "$pid" || give_up 'a new container is not healthy'
done

# nginx resolves names when it loads its configuration, and asks the hosts file first. New workers keep the addresses.
# shellcheck disable=SC2046
hosts=$(docker inspect --format \
  "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}} {{index .Config.Labels \"$label.service\"}}" \
  $(only_ids "$new"))
docker exec -i "$(only_ids "$(list nginx)")" sh -eus -- "$hosts" <<'NGINX' || give_up 'nginx was not reloaded'
  workers() { grep -lsx 'PPid:.1' /proc/[0-9]*/status; }
  old=$(workers)
  cp /etc/hosts /tmp/hosts
  trap 'cat /tmp/hosts >/etc/hosts' EXIT
  echo "$1" >>/etc/hosts
  nginx -t -q
  nginx -s reload 2>/dev/null
  until workers | grep -qvxF "$old"; do sleep 0.05; done
  cat /tmp/hosts >/etc/hosts
  tenths=0
  while [ $tenths -lt 300 ] && workers | grep -qxF "$old"; do
    sleep 0.1
    tenths=$((tenths + 1))
  done
NGINX

# shellcheck disable=SC2086
docker stop $old_ids >/dev/null
# shellcheck disable=SC2086
docker rm --volumes $old_ids >/dev/null
