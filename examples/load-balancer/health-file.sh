#!/bin/sh
# Hooks `leave` and `join` of dray.yml for a host behind any load balancer that asks a health endpoint: the endpoint answers 503
# while a file exists. The app's nginx mounts the directory of the file, `./maintenance:/etc/nginx/maintenance:ro`, and has:
#
#   location = /lb-health {
#     if (-f /etc/nginx/maintenance/out) { return 503; }
#     return 204;
#   }
#
# Keep a file in the directory, such as `maintenance/README.md`: dray then ships the directory, and it belongs to dray's user. Docker
# would make it for root. The hook uses ssh with its own configuration and keys, not with DRAY_SSH_KEY.
set -eu
directory=${APP_PATH:-/srv/$DRAY_APP}/maintenance
# As long as the load balancer needs to notice: its interval, times the number of checks.
settle=${LB_SETTLE_SECONDS:-10}

case $DRAY_HOOK in
  leave) script="mkdir -p '$directory' && touch '$directory/out'" ;;
  join) script="rm -f '$directory/out'" ;;
esac
# `deploy@a.example.com:2222`, `ssh://[2001:db8::11]:2222`, `2001:db8::11`: ssh takes the port as an option.
host=${DRAY_HOST#ssh://}
host=${host%/}
user=${host%@*} name=${host##*@} port=
case $name in
  \[*\]:*) port=${name##*:} name=${name%:*} ;;
  *:*:*) ;;
  *:*) port=${name##*:} name=${name%:*} ;;
esac
name=${name#\[}
name=${name%\]}
[ "$host" = "${host##*@}" ] || name=$user@$name
ssh ${port:+-p "$port"} -- "$name" "$script"
sleep "$settle"
