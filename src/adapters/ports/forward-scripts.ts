/**
 * Scripts that forward ports of a host, as root or by sudo. Those with a prefix as their first argument keep to the chains of
 * iptables whose names begin with it: `PREFIX-CONTAINER` in nat (new connections) and filter, `…-out` (source addresses), and
 * `…-in`. Docker's own chain DOCKER-USER lets packets pass to ports that a container does not publish.
 * https://docs.docker.com/engine/network/packet-filtering-firewalls/
 */

const COMMON = `
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  else sudo -n "$@"; fi
}
iptables=iptables
table() { as_root "$iptables" -w 5 -t "$@"; }
route_localnet() { echo "$2" | as_root tee "/proc/sys/net/ipv4/conf/$1/route_localnet" > /dev/null; }
`

/** Prints why ports cannot be forwarded; nothing if they can. Argument: `iptables`, or `ip6tables` for IPv6. */
export const findObstacleScript = `${COMMON}
iptables=$1
for tool in "$iptables" ip ss nsenter setsid flock; do
  command -v "$tool" > /dev/null || { echo "the server has no $tool"; exit 0; }
done
{ as_root "$iptables" --version && as_root nsenter -t $$ -n true; } > /dev/null 2>&1 \\
  || { echo 'the user on the server is not root and may not use sudo without a password'; exit 0; }
table nat -S DOCKER > /dev/null 2>&1 && table filter -S DOCKER-USER > /dev/null 2>&1 \\
  || echo "Docker does not publish ports with $iptables there"
`

const CLEAR = `
chains() { table "$1" -S 2> /dev/null | sed -n "s/^-N \\($prefix-[0-9a-f]*\\)$/\\1/p"; }
end_chain() {
  for hook in PREROUTING OUTPUT; do
    while table nat -D $hook -m addrtype --dst-type LOCAL -j "$1" 2> /dev/null; do :; done
  done
  table nat -F "$1" 2> /dev/null
  table nat -X "$1" 2> /dev/null
  return 0
}
clear_chain() {
  end_chain "$1"
  devices=$(table filter -S "$1-in" 2> /dev/null | sed -n 's/.* -i \\([^ ]*\\) .*/\\1/p' | sort -u)
  while table nat -D POSTROUTING -j "$1-out" 2> /dev/null; do :; done
  while table filter -D DOCKER-USER -j "$1" 2> /dev/null; do :; done
  while table filter -D INPUT -j "$1-in" 2> /dev/null; do :; done
  for name in "nat $1-out" "filter $1-in" "filter $1"; do
    table "\${name% *}" -F "\${name#* }" 2> /dev/null
    table "\${name% *}" -X "\${name#* }" 2> /dev/null
  done
  for device in $devices; do
    table filter -S | grep -q -- "-in -d 127.0.0.0/8 -i $device " || route_localnet "$device" 0 2> /dev/null
  done
  return 0
}
`

/** New connections are forwarded no more. Argument: the prefix. */
export const endForwardScript = `${COMMON}${CLEAR}
prefix=$1
for iptables in iptables ip6tables; do
  for chain in $(chains nat); do end_chain "$chain"; done
done
`

/** Removes every rule. Argument: the prefix. */
export const clearForwardScript = `${COMMON}${CLEAR}
prefix=$1
for iptables in iptables ip6tables; do
  for chain in $(chains nat) $(chains filter); do clear_chain "$chain"; done
done
`

/** Removes the rules when the container stops or is removed. Arguments: prefix, chain, container. */
export const watchForwardScript = `${COMMON}${CLEAR}
prefix=$1
while sleep 5; do
  table filter -S "$2" > /dev/null 2>&1 || exit 0
  running=$(docker ps --quiet --no-trunc --filter "id=$3" 2> /dev/null) || continue
  [ -z "$running" ] || continue
  for iptables in ip6tables iptables; do clear_chain "$2"; done
  exit 0
done
`

/**
 * Forwards ports, and then ends forwards with the same prefix to other containers than the given ones. A connection from the host itself, or from a container on the
 * same network, needs another source address so that the answer comes back this way. IPv6 is forwarded if the container has an
 * address and Docker publishes ports with ip6tables; `::1` cannot be. Arguments: prefix, container, its address, its IPv6 address or
 * `-`, all containers of the prefix, the script above, and for each port: address of the host or `-`, port, port of the container.
 */
export const startForwardScript = `${COMMON}${CLEAR}
prefix=$1 container=$2 to=$3 to6=$4 all=$5 watch=$6
shift 6
chain=$prefix-$(printf %.8s "$container")
clear_both() { for iptables in ip6tables iptables; do clear_chain "$chain"; done; }
must() { "$@" || { clear_both; exit 1; }; }
publish() {
  for name in 'nat ' 'nat -out' 'filter ' 'filter -in'; do must table "\${name% *}" -N "$chain\${name#* }"; done
  # A bridge sends no packet back to where it came from.
  must table nat -A "$chain" -s "$to" -j RETURN
  [ "$iptables" = iptables ] || must table nat -A "$chain" -d ::1 -j RETURN
  while [ $# -gt 0 ]; do
    address=$1 published=$2 target=$3
    shift 3
    [ "$iptables" = iptables ] || [ "$address" = - ] || continue
    must table filter -A "$chain" -d "$to" -p tcp --dport "$target" -j ACCEPT
    for source in $sources; do
      must table nat -A "$chain-out" -s "$source" -d "$to" -p tcp --dport "$target" -j MASQUERADE
    done
    if [ "$address" = - ]; then must table nat -A "$chain" -p tcp --dport "$published" -j DNAT --to-destination "$goal:$target"
    else must table nat -A "$chain" -d "$address" -p tcp --dport "$published" -j DNAT --to-destination "$goal:$target"; fi
  done
  must table filter -I DOCKER-USER -j "$chain"
  must table filter -I INPUT -j "$chain-in"
  must table nat -I POSTROUTING -j "$chain-out"
}
begin() { for hook in OUTPUT PREROUTING; do must table nat -I $hook -m addrtype --dst-type LOCAL -j "$chain"; done; }
clear_both
device=$(ip -4 -o route get "$to" | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p')
sources="127.0.0.0/8 $(ip -4 route show dev "$device" proto kernel | sed 's/ .*//;q')"
goal=$to
publish "$@"
must table filter -A "$chain-in" -i "$device" -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
must route_localnet "$device" 1
setsid sh -c "$watch" dray "$prefix" "$chain" "$container" < /dev/null > /dev/null 2>&1 &
begin
iptables=ip6tables
if [ "$to6" != - ] && { table nat -S DOCKER && table filter -S DOCKER-USER; } > /dev/null 2>&1; then
  to=$to6 goal="[$to6]"
  sources=$(ip -6 route show dev "$device" proto kernel | sed -n '/^fe80/!{s/ .*//p;q;}')
  publish "$@"
  begin
fi
for iptables in ip6tables iptables; do
  for other in $(chains nat) $(chains filter); do
    case " $all" in *" \${other#"$prefix"-}"*) ;; *) clear_chain "$other" ;; esac
  done
done
`

/**
 * Runs the program for Perl in the networks of containers, or without Perl the loop below; side by side, since sshd allows few
 * sessions. Arguments: the program for Perl, the loop, the program for it, and for each container: id, time limit in seconds, ports.
 * Exit codes: those of the loop, the worst of them.
 */
export const drainPortsScript = `${COMMON}
fast=$1 loop=$2 judge=$3
shift 3
turn=$(mktemp) || exit 1
trap 'rm -f "$turn"' EXIT
drain() {
  process=$(docker inspect --format '{{.State.Pid}}' "$1" 2> /dev/null) || return 0
  [ "$process" != 0 ] || return 0
  left=9
  # shellcheck disable=SC2086 # Ports are words of their own.
  ! command -v perl > /dev/null || { left=0 && as_root nsenter -t "$process" -n perl -e "$fast" "$2" $3 || left=$?; }
  [ $left = 9 ] || return $left
  # shellcheck disable=SC2086
  as_root nsenter -t "$process" -n sh -c "$loop" dray "$judge" "$turn" "$2" $3
}
drains=
while [ $# -gt 0 ]; do
  drain "$1" "$2" "$3" &
  drains="$drains $!"
  shift 3
done
worst=0
for drain in $drains; do
  ended=0
  wait "$drain" || ended=$?
  case $ended in
    0) ;;
    5) [ $worst -ne 0 ] || worst=5 ;;
    *) worst=$ended ;;
  esac
done
[ $worst -eq 0 ] || exit $worst
`

/**
 * Waits until no connection from outside to ports of a container is left. Clients keep connections open: those between two requests
 * are closed after 5 s without data, later after less, down to 4 ms. One that is in use all the time is closed right after an answer,
 * since a client that sends at intervals is then the least likely to send at that moment. What was read must not be old by then, so
 * loops that run side by side take turns, before other work of the server. Arguments: the program below, a file that they lock, time limit in seconds, ports. Exit
 * codes: 0 no connection is left; 5 time limit.
 */
export const drainLoopScript = `
judge=$1 turn=$2 limit=$3
shift 3
exec 9< "$turn" || exit 1
renice -n -10 -p $$ > /dev/null 2>&1
ports=
for port in "$@"; do ports="$ports\${ports:+ or }sport = :$port"; done
begun=$(date +%s)
while :; do
  passed=$(($(date +%s) - begun))
  least=5000 most=1000000000
  [ $passed -lt 3 ] || least=1000
  [ $passed -lt 6 ] || { least=20 most=100; }
  [ $passed -lt 12 ] || { least=4 most=1000000000; }
  flock 9 || exit 1
  all=$(ss -Htni state established "( $ports )") || exit 1
  found=$(printf '%s\\n' "$all" | awk -v "least=$least" -v "most=$most" "$judge") || exit 1
  [ -n "$found" ] || exit 0
  idle=\${found#busy}
  [ -z "$idle" ] || ss -Kt state established "$idle" > /dev/null 2>&1
  flock -u 9
  [ $passed -lt "$limit" ] || exit 5
  if [ $least -le 20 ]; then sleep 0.02
  else sleep 0.3; fi
done
`

/**
 * A program for awk that reads what ss prints of connections: nothing if no connection from outside is open, else `busy`, and a
 * filter with up to 50 idle ones. What was sent last is the answer to what was received last, unless both were in the same tick of
 * the kernel. The columns and `lastsnd`, `lastrcv` (milliseconds): man ss; tcp_info in include/uapi/linux/tcp.h.
 */
export const judgeConnectionsProgram = String.raw`
function judge(  sent, received, quiet, here, there, host, i, word) {
  if (line == "") return
  split(line, word, /[ \t]+/)
  if (word[4] ~ /^(127\.|\[::1\]|\[::ffff:127\.)/) return
  open++
  for (i in word) {
    if (word[i] ~ /^lastsnd:/) sent = substr(word[i], 9) + 0
    if (word[i] ~ /^lastrcv:/) received = substr(word[i], 9) + 0
  }
  quiet = sent + 0 < received + 0 ? sent + 0 : received + 0
  if (word[1] + word[2] > 0 || quiet < least || quiet > most || idle >= 50) return
  if (!(sent + 0 < received + 0 || (sent + 0 == received + 0 && quiet >= 5000))) return
  here = word[3]
  there = host = word[4]
  sub(/.*:/, "", here)
  sub(/.*:/, "", there)
  sub(/:[0-9]+$/, "", host)
  gsub(/\[|\]|::ffff:/, "", host)
  if (host ~ /:/) host = "[" host "]"
  filter = filter (idle++ ? " or " : "") "( dst " host " dport = :" there " sport = :" here " )"
}
/^[^ \t]/ { judge(); line = $0; next }
{ line = line $0 }
END { judge(); if (open) printf "busy%s", filter }
`
