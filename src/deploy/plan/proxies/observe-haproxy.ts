import { haproxyFunctions } from '../../model/proxies/haproxy-process.ts'
import type { Container } from '../../model/container.ts'
import type { Engine } from '../../model/ports.ts'

/** How a running HAProxy can be switched. */
export type HaproxyObservation = {
  /** A master process runs, which starts new workers at a reload. */
  hasMaster: boolean
  /** It looks up servers on its own (`resolvers`, `do-resolve`), whatever `/etc/hosts` says. */
  resolvesItself: boolean
  /** It takes servers' addresses from a file at a reload. */
  restoresState: boolean
}

/**
 * Prints a word for the master, and for each thing that stands in the way of a switch. Exits with 4 if its configuration
 * cannot be read. A configuration that HAProxy rejects is found by the switch.
 */
export const examineHaproxyScript = `
set -u
${haproxyFunctions}
master=$(find_master)
[ -n "$master" ] || { echo alone; exit 0; }
cd "/proc/$master/cwd" 2> /dev/null || true
words=$(command_line)
text=''
previous=''
while IFS= read -r word; do
  case $previous in
    -f | --)
      # A directory stands for its files.
      if [ -d "$word" ]; then more=$(cat "$word"/*.cfg) || exit 4; else more=$(cat "$word") || exit 4; fi
      text="$text
$more"
      ;;
  esac
  [ "$previous" = -- ] || previous=$word
done << WORDS
$words
WORDS
has() { printf '%s\\n' "$text" | sed 's/#.*//' | grep -Eq "$1"; }
blank='[[:space:]]'
echo master
if has "^$blank*(server|default-server|server-template)$blank(.*$blank)?resolvers$blank" || has 'do-resolve\\('; then
  echo resolvers
fi
if has "^$blank*load-server-state-from-file$blank+(global|local)"; then echo state-file; fi
`

/** Undefined if its configuration cannot be read in the container. Throws what the Engine throws. */
export async function observeHaproxy(
  { id }: Container,
  engine: Pick<Engine, 'exec'>,
): Promise<HaproxyObservation | undefined> {
  const { exitCode, output } = await engine.exec(id, ['sh', '-c', examineHaproxyScript], { user: '0' })
  const [first, ...found] = output.trim().split('\n')
  if (exitCode !== 0 || (first !== 'master' && first !== 'alone')) return undefined
  return {
    hasMaster: first === 'master',
    resolvesItself: found.includes('resolvers'),
    restoresState: found.includes('state-file'),
  }
}

/** Why traffic cannot be switched in a running HAProxy, as the end of a sentence; undefined if it can. */
export function whyHaproxyStays(haproxy: HaproxyObservation | undefined): string | undefined {
  if (haproxy === undefined) return 'dray cannot read its configuration'
  if (!haproxy.hasMaster) return 'it does not run in master-worker mode (`-W`), so it cannot reload'
  if (haproxy.resolvesItself) return 'it looks up its servers on its own (`resolvers`)'
  if (haproxy.restoresState) {
    return 'it restores its servers from a file (`load-server-state-from-file`)'
  }
  return undefined
}
