import type { CommandRunner } from '../host/command-runner.ts'

const TIMEOUT_MS = 10_000
/** More than a busy container has; the end of a longer table is missing. */
const LIMIT_BYTES = 500_000

/** Arguments: ids of processes. */
export const networkTablesScript = `
for pid in "$@"; do
  [ -r "/proc/$pid/net/tcp" ] || continue
  printf '== %s\\n' "$pid"
  cat "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6" "/proc/$pid/net/unix" 2> /dev/null | head -c ${LIMIT_BYTES}
  echo
done
`

/**
 * The kernel's tables of TCP connections and unix sockets in the network namespaces of processes on the host, by process. Any user may
 * read them; where the host does not show its processes, they are missing. Never rejects.
 * https://docs.kernel.org/networking/proc_net_tcp.html
 */
export async function readNetworkTables(
  runner: CommandRunner,
  pids: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  if (pids.length === 0) return new Map()
  const argv = ['sh', '-c', networkTablesScript, 'dray', ...pids.map(String)]
  const { stdout } = await runner
    .run(argv, { timeoutMs: TIMEOUT_MS, beside: true })
    .catch(() => ({ stdout: '' }))
  return new Map(
    [...stdout.matchAll(/^== (\d+)\n([^]*?)(?=^== \d+$|$(?![^]))/gm)].map(([, pid, table = '']) => [
      Number(pid),
      table,
    ]),
  )
}
