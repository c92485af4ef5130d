/**
 * Runs inside a container: waits until no other one has a connection to a port that it listens on. Argument: time limit in
 * seconds. Exit codes: 0 no connection is left; 5 time limit. POSIX shell, including BusyBox.
 */
export const quietScript = `
set -u
limit=$1
# The kernel lists listening sockets first.
busy() {
  for file in /proc/net/tcp /proc/net/tcp6; do
    [ -r $file ] || continue
    ports=' '
    while read -r _ here there state _; do
      case $state in 0A) ports="$ports\${here##*:} " ;; 01) ;; *) continue ;; esac
      case $there in *0100007F:* | 00000000000000000000000001000000:*) continue ;; esac
      [ "$state" = 0A ] || case $ports in *" \${here##*:} "*) return 0 ;; esac
    done < $file
  done
  return 1
}
turn=0
while busy; do
  turn=$((turn + 1))
  [ $turn -lt $((limit * 2)) ] || exit 5
  sleep 0.5
done
`
