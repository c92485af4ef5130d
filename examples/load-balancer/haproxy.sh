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
  exec 3<> "/dev/tcp/${api%:*}/${api##*:}" || return
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

# A column of the server's line: https://docs.haproxy.org/2.6/management.html#9.1.
read_column() {
  ask 'show stat' | awk -F, -v column="$1" -v backend="${server%%/*}" -v name="$name" '$1 == backend && $2 == name { print $column }'
}

case $DRAY_HOOK in
  leave)
    # New requests go to the other hosts; those under way (scur) finish, or are left after this time.
    most=${LB_DRAIN_SECONDS:-30}
    set_state drain
    end=$((SECONDS + most))
    while sessions=$(read_column 5) || exit; [ "$sessions" != 0 ]; do
      if [ $SECONDS -ge $end ]; then
        echo "$server: $sessions still open after $most s"
        break
      fi
      sleep 0.2
    done
    ;;
  join)
    # The next host leaves after this one has joined, so HAProxy's own check (status) must have seen that it is up.
    most=${LB_JOIN_SECONDS:-30}
    set_state ready
    end=$((SECONDS + most))
    while status=$(read_column 18) || exit; case $status in UP* | 'no check') false ;; esac do
      if [ $SECONDS -ge $end ]; then
        echo "$server: still $status after $most s" >&2
        exit 1
      fi
      sleep 0.2
    done
    ;;
esac
echo "$server: $DRAY_HOOK"
