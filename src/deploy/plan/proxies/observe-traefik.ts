import { readTraefikProviders } from '../../../shared/traefik-file.ts'
import type { Container } from '../../model/container.ts'
import type { Engine } from '../../model/ports.ts'

/** Where Traefik gets its routes from, by its static configuration. */
export type TraefikSources = {
  /** The containers that its Docker provider takes: those with labels, or any. */
  docker: 'none' | 'labelled' | 'any'
  /** Files, which name servers. */
  hasFile: boolean
  hasOthers: boolean
}

/** More than a static configuration has. */
const MAX_LINES = 2_000
const MAX_BYTES = 500_000
/** A container that does not answer in this time is not read. */
const READ_MS = 10_000
const END = 'dray-end'

/**
 * Prints the file with the static configuration of a running Traefik, if there is one, which excludes flags. Argument: the file that
 * its flags name, may be empty. The others, in this order: pkg/cli/loader_file.go of Traefik.
 * https://doc.traefik.io/traefik/getting-started/configuration-overview/
 */
export const examineTraefikScript = `
set -u
print() {
  case $1 in *.toml) echo other ;; *) echo file && [ "$(wc -c < "$1")" -le ${MAX_BYTES} ] && cat "$1" || exit 4 ;; esac
  echo && echo ${END}
  exit
}
[ ! -f "$1" ] || print "$1"
for base in /etc/traefik "\${XDG_CONFIG_HOME:-}" "\${HOME:-}/.config" .; do
  for type in toml yaml yml; do [ ! -f "$base/traefik.$type" ] || print "$base/traefik.$type"; done
done
echo flags
echo ${END}
`

/** Undefined if its configuration cannot be read in the container, or names no source. Throws what the Engine throws. */
export async function observeTraefik(
  { id, command }: Container,
  engine: Pick<Engine, 'exec'>,
): Promise<TraefikSources | undefined> {
  const lines: string[] = []
  await engine.exec(id, ['sh', '-c', examineTraefikScript, 'dray', findNamedFile(command)], {
    timeoutMs: READ_MS,
    onLine: (line) => {
      if (lines.length < MAX_LINES) lines.push(line)
    },
  })
  const [how, ...text] = lines
  if (text.at(-1) !== END) return undefined
  if (how === 'file') return describeSources(readTraefikProviders(text.slice(0, -1).join('\n')))
  return how === 'flags' ? describeSources(readFlags(command)) : undefined
}

/** The file that the flags name, as a word of its own too; empty without one. */
function findNamedFile(command: readonly string[]): string {
  const names = command.flatMap((word, at) => {
    const [flag, value] = /^--?configfile(?:=(.+))?$/i.exec(word) ?? []
    return flag === undefined ? [] : [value ?? command[at + 1] ?? '']
  })
  return names.at(-1) ?? ''
}

/** The providers in the flags of Traefik, in lower case, each with its options. */
function readFlags(command: readonly string[]): Map<string, Map<string, unknown>> {
  const providers = new Map<string, Map<string, unknown>>()
  for (const word of command) {
    const [, name, option, value] =
      /^--?providers\.([a-z]+)(?:\.([^=]+))?(?:=(.*))?$/.exec(word.toLowerCase()) ?? []
    if (name === undefined) continue
    const options = providers.get(name) ?? new Map<string, unknown>()
    providers.set(name, option === undefined ? options : options.set(option, value !== 'false'))
  }
  return providers
}

function describeSources(
  providers: ReadonlyMap<string, ReadonlyMap<string, unknown>> = new Map(),
): TraefikSources | undefined {
  const names = [...providers.keys()].filter((name) => name !== 'providersthrottleduration')
  const docker = providers.get('docker')
  const taken = docker?.get('exposedbydefault') === false ? 'labelled' : 'any'
  if (names.length === 0) return undefined
  return {
    docker: docker === undefined ? 'none' : taken,
    hasFile: names.includes('file'),
    hasOthers: names.some((name) => name !== 'docker' && name !== 'file'),
  }
}
