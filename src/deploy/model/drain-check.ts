import type { Container, HealthCheck } from './container.ts'

/**
 * Not empty in a container that is to get no more requests: its health check fails then, and Traefik drops it. In memory, so
 * that it is there with `read_only: true`, and gone after a restart.
 */
const DRAIN_FILE = '/dev/shm/dray-drain'

/** A health check, as far as a compose file or an image defines one. */
export type PartialHealthCheck = Partial<
  Pick<HealthCheck, 'argv' | 'intervalMs' | 'startPeriodMs' | 'retries'>
>

/** A health check that dray's override file gives a service. Without a timeout: that of the file or the image stays. */
export type DrainCheck = Pick<HealthCheck, 'argv' | 'intervalMs' | 'startPeriodMs' | 'retries'>

/** Runs the text of a health check, if the image sets no other shell. */
export const defaultShell = ['/bin/sh', '-c'] as const

/** Docker looks at the file this often, and at two failures takes the container for unhealthy. */
const LOOKED_AT_MS = 2_000
const LOOKED_AT_TWICE = 2

/** Docker's own values (Dockerfile reference, HEALTHCHECK). */
export const healthDefaults = { intervalMs: 30_000, startPeriodMs: 0, retries: 3 }

/**
 * The health check of a service, as `[/bin/sh, -c, script, dray, EVERY, MOST, PROGRAM…]`. Between two runs of PROGRAM there
 * are EVERY others, which only look at the file, and PROGRAM may fail fewer than MOST times in a row: as often, and as many
 * times, as the service's own check says. Until it succeeds for the first time it is run each time. POSIX shell without any
 * other program.
 */
export const drainScript = [
  `[ ! -s ${DRAIN_FILE} ] || exit 1`,
  "every=$1 most=$2 state=/dev/shm/dray-check left='' failed=0",
  'shift 2',
  '[ ! -e $state ] || read -r left failed < $state',
  `case $left in '' | 0) ;; *) echo "$((left - 1)) $failed" > $state; exit 0 ;; esac`,
  'if [ -n "$left" ]; then failed=$((failed + 1)); if [ "$failed" -lt "$most" ]; then echo "$every $failed" > $state; else echo "0 $failed" > $state; fi; fi',
  'if "$@"; then echo "$every 0" > $state; exit 0; fi',
  '[ -n "$left" ] && [ "$failed" -lt "$most" ]',
].join('\n')

/** Succeeds if a process listens on one of the ports, in hexadecimal; the kernel lists listening sockets first. */
export const listenScript = [
  'for file in /proc/net/tcp /proc/net/tcp6; do',
  '  [ -r $file ] || continue',
  '  while read -r _ here _ state _; do',
  '    case $state in st) continue ;; 0A) ;; *) break ;; esac',
  '    for port; do case $here in *:$port) exit 0 ;; esac; done',
  '  done < $file',
  'done',
  'exit 1',
].join('\n')

/** A check for a service that has none: a process listens on one of the ports. */
export function makeListenCheck(ports: readonly number[]): PartialHealthCheck {
  const digits = ports.map((port) => port.toString(16).toUpperCase().padStart(4, '0'))
  return { argv: ['/bin/sh', '-c', listenScript, 'dray', ...digits], intervalMs: 5 * LOOKED_AT_MS }
}

/** The health check, such that dray can make it fail. Docker reports `unhealthy` no earlier than without, and starting is as long. */
export function wrapHealthCheck(check: PartialHealthCheck): DrainCheck | undefined {
  const { argv } = check
  if (argv === undefined || argv.length === 0) return undefined
  const { intervalMs, startPeriodMs, retries } = { ...healthDefaults, ...check }
  const lookedAtMs = Math.min(intervalMs, LOOKED_AT_MS)
  const every = Math.max(0, Math.round(intervalMs / lookedAtMs) - 1)
  return {
    argv: ['/bin/sh', '-c', drainScript, 'dray', String(every), String(retries), ...argv],
    intervalMs: lookedAtMs,
    startPeriodMs: startPeriodMs + intervalMs * retries,
    retries: LOOKED_AT_TWICE,
  }
}

/** Whether a command is a health check that fails while dray drains the container. */
export function isDrainCommand(argv: readonly string[]): boolean {
  return argv.some((word) => word.includes(DRAIN_FILE))
}

/** Whether dray can make Docker report a container as unhealthy while it serves. */
export function isDrainable({ healthCheck }: Pick<Container, 'healthCheck'>): boolean {
  return healthCheck !== undefined && isDrainCommand(healthCheck.argv)
}

/** The command of a health check as users wrote it, without dray's part. */
export function shownCheck(argv: readonly string[]): string {
  const own = isDrainCommand(argv) ? argv.slice(argv.indexOf('dray') + 3) : argv
  if (!own.includes(listenScript)) return own.join(' ')
  const ports = own.slice(own.indexOf('dray') + 1).map((digits) => Number.parseInt(digits, 16))
  return `a process listens on port ${ports.join(' or ')}`
}

/** Succeeds in a container that has a shell, and where that can write dray's files: it can be given such a check. */
export const drainableShell = ['/bin/sh', '-c', '[ -w /dev/shm ]']

/** Makes the health check of a container fail. */
export const startDraining = ['/bin/sh', '-c', `echo 1 > ${DRAIN_FILE}`]

/** Lets it succeed again. */
export const endDraining = ['/bin/sh', '-c', `: > ${DRAIN_FILE}`]
