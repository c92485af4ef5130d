#!/usr/bin/env bash
# Hooks `leave` and `join` of dray.yml for a host behind HAProxy, over its runtime API.
#
# HAProxy needs `stats socket ipv4@192.0.2.10:9999 level admin`, on a network that only you can reach, and a server named after
# each host: `backend shop` with `server a.example.com 192.0.2.11:80 check`. A host without a server, such as one that runs only
# workers or was not added yet, is left alone.
set -euo pipefail
api=${LB_API:?set LB_API, such as 192.0.2.10:9999}
# The host without its user and its port: `deploy@a.example.com:2222`, `ssh://[2001:db8::11]:2222`, `2001:db8::11`.
name=${DRAY_HOST#ssh://}
name=${name%/}
name=${name##*@}
case $name in
  \[*\]*) name=${name#\[} name=${name%%\]*} ;;
  *:*:*) ;;
  *) name=${name%:*} ;;
esac
server=${LB_BACKEND:-shop}/$name

# One command on a connection of its own. HAProxy answers an error with a sentence, and success with an empty line.
ask() {
  exec 3<> "/dev/tcp/${api%:*}/${api##*:}"
  printf '%s\n' "$1" >&3
  cat <&3
  exec 3>&-
}

set_state() {
  answer=$(ask "set server $server state $1")
  case $answer in
    '') ;;
    'No such server.'*)
      echo "$server: not in HAProxy, so nothing to do"
      exit 0
      ;;
    *)
      echo "HAProxy: $answer" >&2
      exit 1
      ;;
  esac
}

# Requests under way, the column `scur` of https://docs.haproxy.org/2.6/management.html#9.1.
count_sessions() {
  ask 'show stat' | awk -F, -v backend="${server%%/*}" -v name="$name" '$1 == backend && $2 == name { print $5 }'
}

case $DRAY_HOOK in
  leave)
    # New requests go to the other hosts; those under way finish, or are left after this time.
    most=${LB_DRAIN_SECONDS:-30}
    set_state drain
    end=$((SECONDS + most))
    while sessions=$(count_sessions) && [ "${sessions:-0}" != 0 ]; do
      if [ $SECONDS -ge $end ]; then
        echo "$server: $sessions still open after $most s"
        break
      fi
      sleep 0.2
    done
    ;;
  join)
    set_state ready
    ;;
esac
echo "$server: $DRAY_HOOK"
