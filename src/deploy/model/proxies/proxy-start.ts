import { posix } from 'node:path'
import type { ServiceModel } from '../app-model.ts'
import type { ProxyKind } from './proxy.ts'

/**
 * How the containers of a proxy start, so that its test sees the configuration that an entrypoint or a start script writes.
 * `flag` makes `program` test its configuration; without one, `words` already are the test.
 */
export type ProxyStart = { words: readonly string[]; program: string; flag?: string }

const PROGRAM = { nginx: /^(nginx|nginx-debug|openresty)$/, caddy: /^caddy$/, haproxy: /^haproxy$/ }
const FLAGS = { nginx: '-t', haproxy: '-c' }

/** The command line of a service's containers; undefined if that of its image is needed and not known. */
export function startWords(
  { entrypoint, command }: Pick<ServiceModel, 'entrypoint' | 'command'>,
  image: { command: readonly string[]; entrypoint?: readonly string[] } | undefined,
): readonly string[] | undefined {
  if (entrypoint !== undefined) return [...entrypoint, ...(command ?? [])]
  if (image === undefined) return undefined
  return command === undefined ? image.command : [...(image.entrypoint ?? []), ...command]
}

/** Where the program of a proxy is in a command line; -1 if a script starts it. */
export function programIndex(kind: Exclude<ProxyKind, 'traefik'>, words: readonly string[]): number {
  return words.findIndex((word) => PROGRAM[kind].test(posix.basename(word)))
}

/** How to start a proxy with the test `argv` in place of its server; undefined if its command line is not known. */
export function proxyStart(
  kind: ProxyKind,
  argv: readonly string[],
  words: readonly string[] | undefined,
): ProxyStart | undefined {
  if (kind === 'traefik' || words === undefined || words.length === 0) return undefined
  const at = programIndex(kind, words)
  if (kind === 'caddy') return { program: 'caddy', words: [...words.slice(0, Math.max(at, 0)), ...argv] }
  return { program: words[at] ?? kind, flag: FLAGS[kind], words }
}
