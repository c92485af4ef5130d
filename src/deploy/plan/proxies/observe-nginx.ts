import { readNginx } from '../../model/proxies/nginx-configuration.ts'
import type { Container } from '../../model/container.ts'
import type { Engine } from '../../model/ports.ts'
import { proxyOfCommand } from './recognise-proxy.ts'

/** How a running nginx can be switched. */
export type NginxObservation = {
  /** It looks up names while it runs, whatever `/etc/hosts` says. */
  asksDns: boolean
  /** It does so for servers of an `upstream`, or in `stream`: those cannot be pinned. */
  asksDnsForServers: boolean
  /** A file of its configuration that dray can extend. Looked for only if it asks DNS. */
  pinFile?: string
  /** Lower-case names and addresses that its configuration sends requests to; absent if that is not certain. */
  hosts?: readonly string[]
}

/**
 * Prints the first of the files that can be replaced for a moment: it is of the container itself, on no mount. Changes nothing.
 * Exits with 4 without one.
 */
export const examineNginxScript = `
set -u
command -v cp mktemp mv > /dev/null || exit 4
[ -w /dev/shm ] || exit 4
is_mounted() {
  while read -r _ point _; do
    [ "$point" != / ] || continue
    case $1 in "$point" | "$point"/*) return 0 ;; esac
  done < /proc/mounts
  return 1
}
for file in "$@"; do
  if [ ! -f "$file" ] || [ -L "$file" ] || is_mounted "$file"; then continue; fi
  if ! [ -w "$file" ] || ! [ -w "\${file%/*}" ]; then continue; fi
  printf '%s\\n' "$file"
  exit 0
done
exit 4
`

/** Undefined if its configuration cannot be read. Throws what the Engine throws. */
export async function observeNginx(
  { id, command }: Container,
  engine: Pick<Engine, 'exec'>,
): Promise<NginxObservation | undefined> {
  const read = await readNginx({ id }, engine)
  if (read === undefined) return undefined
  const { asksDns, asksDnsForServers, includes, hosts } = read
  if (!asksDns || asksDnsForServers)
    return { asksDns, asksDnsForServers, ...(hosts && startsWithUsualFiles(command) && { hosts }) }
  const argv = ['sh', '-c', examineNginxScript, 'dray', ...includes]
  const { exitCode, output } = await engine.exec(id, argv, { user: '0' })
  return { asksDns, asksDnsForServers, ...(exitCode === 0 && { pinFile: output.trim() }) }
}

/** Whether a command shows that nginx runs with the files that `nginx -T` prints: without `-c`, `-p`, or more directives than usual. */
function startsWithUsualFiles(command: readonly string[]): boolean {
  return proxyOfCommand(command) === 'nginx' && !command.some((word) => /^-[cp]|include|\{/.test(word))
}

/** Why traffic cannot be switched in a running nginx, as the end of a sentence; undefined if it can. */
export function whyNginxStays(nginx: NginxObservation | undefined): string | undefined {
  if (nginx?.asksDnsForServers) return 'it looks up its servers on its own (`resolve`)'
  return nginx?.asksDns && nginx.pinFile === undefined
    ? 'it looks names up while it runs (`resolver`), and dray can extend no file of its configuration'
    : undefined
}
