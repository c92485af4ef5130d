#!/bin/sh
# Hooks `leave` and `join` of dray.yml for a host behind any load balancer that asks a health endpoint: the endpoint answers 503
# while a file exists. The app's nginx mounts the directory of the file, `./maintenance:/etc/nginx/maintenance:ro`, and has:
#
#   location = /lb-health {
#     if (-f /etc/nginx/maintenance/out) { return 503; }
#     return 204;
#   }
set -eu
directory=${APP_PATH:-/srv/$DRAY_APP}/maintenance
# As long as the load balancer needs to notice: its interval, times the number of checks.
settle=${LB_SETTLE_SECONDS:-10}

case $DRAY_HOOK in
  leave) ssh "$DRAY_HOST" "mkdir -p '$directory' && touch '$directory/out'" ;;
  join) ssh "$DRAY_HOST" "rm -f '$directory/out'" ;;
esac
sleep "$settle"
