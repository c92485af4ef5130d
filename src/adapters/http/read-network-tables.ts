import type { CommandRunner } from '../host/command-runner.ts'

const TIMEOUT_MS = 10_000
/** More than a busy container has; the end of a longer table is missing. */
const LIMIT_BYTES = 500_000

/**
 * The first four columns. Of the connections that have ended, of which a busy container has thousands, one for each pair of
 * addresses: with its own port if something listens there, else with that of the other side. Listeners come first.
 */
const shortenTable = `
$4 == "0A" { split($2, end, ":"); listens[end[2]] = 1 }
$4 == "06" {
  split($2, here, ":"); split($3, there, ":")
  if (seen[(here[2] in listens) ? $2 there[1] : here[1] $3]++) next
}
{ print $1, $2, $3, $4, "" }`

/** Arguments: for each container, the id of its first process and its own. A process of that number may be another one. */
export const networkTablesScript = `
while [ $# -gt 1 ]; do
  pid=$1 id=$2
  shift 2
  grep -q "$id" "/proc/$pid/cgroup" 2> /dev/null || continue
  [ -r "/proc/$pid/net/tcp" ] || continue
  printf '== %s\\n' "$id"
  {
    cat "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6" | awk '${shortenTable}'
    cat "/proc/$pid/net/unix"
  } 2> /dev/null | head -c ${LIMIT_BYTES}
  echo
done
`

/**
 * The kernel's tables of TCP connections and unix sockets in the network namespaces of containers, by the id of the container. Any
 * user of the host may read them; where it does not show the processes, as with Docker in a virtual machine, they are missing. Never
 * rejects.
 * https://docs.kernel.org/networking/proc_net_tcp.html
 */
export async function readNetworkTables(
  runner: CommandRunner,
  containers: readonly { id: string; pid?: number }[],
): Promise<ReadonlyMap<string, string>> {
  const words = containers.flatMap(({ id, pid }) => (pid === undefined ? [] : [String(pid), id]))
  if (words.length === 0) return new Map()
  const argv = ['sh', '-c', networkTablesScript, 'dray', ...words]
  const { stdout } = await runner
    .run(argv, { timeoutMs: TIMEOUT_MS, beside: true })
    .catch(() => ({ stdout: '' }))
  return new Map(
    [...stdout.matchAll(/^== (\w+)\n([^]*?)(?=^== \w+$|$(?![^]))/gm)].map(([, id = '', table = '']) => [
      id,
      table,
    ]),
  )
}
