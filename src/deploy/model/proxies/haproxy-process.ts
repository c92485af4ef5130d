/**
 * Shell functions about HAProxy in master-worker mode, where a master starts a new worker at each reload, and the old ones
 * finish. Its processes all have one name; the master is the one that has children and no parent of that name.
 * POSIX shell, including BusyBox. https://docs.haproxy.org/2.6/management.html#3
 */
export const haproxyFunctions = `
# PID:PARENT of each process of HAProxy.
processes() {
  for stat in /proc/[0-9]*/stat; do
    read -r pid name _ parent _ 2> /dev/null < "$stat" || continue
    [ "$name" = '(haproxy)' ] && printf '%s:%s ' "$pid" "$parent"
  done
}
# The second word of each PID:PARENT is compared: prints the children of a process.
children_of() {
  for pair in $2; do
    [ "\${pair#*:}" != "$1" ] || printf '%s ' "\${pair%:*}"
  done
}
find_master() {
  pairs=$(processes)
  for candidate in $pairs; do
    case " $pairs" in *" \${candidate#*:}:"*) continue ;; esac
    [ -z "$(children_of "\${candidate%:*}" "$pairs")" ] || { printf '%s' "\${candidate%:*}"; return; }
  done
}
workers() { children_of "$master" "$(processes)"; }

# The command line of the master, a word a line. A reload adds the old workers (\`-sf\`, \`-st\`) and a socket (\`-x\`).
command_line() {
  skip=''
  tr '\\0' '\\n' < "/proc/$master/cmdline" | while IFS= read -r word; do
    case $skip in
      pids) case $word in '' | *[!0-9]*) skip='' ;; *) continue ;; esac ;;
      one) skip=''; continue ;;
    esac
    case $word in
      -sf | -st) skip=pids ;;
      -x) skip=one ;;
      *) printf '%s\\n' "$word" ;;
    esac
  done
}
`
