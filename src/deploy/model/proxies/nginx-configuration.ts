import { posix } from 'node:path'
import type { Container } from '../container.ts'
import type { Engine } from '../ports.ts'
import { shortenCutLines } from '../../../shared/cut-text.ts'
import { readNginxTokens, unquoteNginxWord } from '../../../shared/nginx-tokens.ts'

/** What dray needs to know of nginx's configuration to switch its traffic. */
export type NginxConfiguration = {
  /** It looks names up while it runs, whatever `/etc/hosts` says: `resolver`, and a variable in `proxy_pass` or the like. */
  asksDns: boolean
  /** The same for servers of an `upstream` (`server … resolve`), or for TCP connections in `stream`. */
  asksDnsForServers: boolean
  /** Files that the main one includes in `http` by their full names, as absolute paths. */
  includes: readonly string[]
  /** Names of `upstream` blocks. */
  groups: readonly string[]
  /** Numbers that may be ports of upstreams. */
  ports: readonly number[]
  /** Lower-case names and addresses that it sends requests to; absent if it makes them from variables or runs programs. */
  hosts?: readonly string[]
}

const PROGRAM = /^(js_|lua_|perl|mruby_)|_by_lua/
const PASS = /^(proxy|grpc|fastcgi|uwsgi|scgi|memcached)_pass$/
const DEFAULT_PORTS = [80, 443]

/** Prints every file of the configuration, each after its name; the user is that of the container. */
export const dumpNginx = ['sh', '-c', 'nginx -T 2> /dev/null']
const MOST_CHARACTERS = 4 * 1024 ** 2

/**
 * Reads the configuration of a running nginx from its files. Undefined if nginx does not accept it, its commands cannot be run, or
 * it is longer than 4 MB. Throws what the Engine throws.
 */
export async function readNginx(
  { id }: Pick<Container, 'id'>,
  engine: Pick<Engine, 'exec'>,
): Promise<NginxConfiguration | undefined> {
  const lines: string[] = []
  let left = MOST_CHARACTERS
  const onLine = (line: string): void => {
    left -= line.length + 1
    if (left >= 0) lines.push(line)
  }
  // The output of `exec` has only the last lines.
  const { exitCode } = await engine.exec(id, dumpNginx, { onLine })
  return exitCode === 0 && left >= 0 ? readNginxConfiguration(lines.join('\n')) : undefined
}

/** Reads what `nginx -T` prints: every file of the configuration, each after its name. */
export function readNginxConfiguration(text: string): NginxConfiguration {
  const [, path = '', main = '', ...rest] = text.split(/^# configuration file (.+):$/m)
  const first = readDirectives(main)
  const all = [...first, ...readDirectives(rest.filter((_, index) => index % 2 === 1).join('\n'))]
  const named = (name: string): Directive[] => all.filter((it) => it.words[0] === name)
  const passed = all.filter(({ words: [name = '', to = ''] }) => PASS.test(name) && to.includes('$'))
  const isResolving = named('resolver').length > 0
  const isStreaming = named('stream').length > 0 && passed.some(({ words }) => /^\$/.test(words[1] ?? ''))
  // The Engine's reader cuts long lines.
  const isWhole = text.startsWith('# configuration file ') && shortenCutLines(text, () => '') === text
  const hosts = isWhole ? findHosts(all) : undefined
  return {
    asksDns: isResolving && passed.length > 0,
    asksDnsForServers:
      named('server').some(({ words }) => words.includes('resolve')) || (isResolving && isStreaming),
    includes: first.flatMap(({ words: [name, file = ''], within }) =>
      name === 'include' && within.join() === 'http' && !/[*?[]/.test(file)
        ? [posix.resolve(posix.dirname(path), file)]
        : [],
    ),
    groups: named('upstream').flatMap(({ words }) => words.slice(1)),
    ports: [...new Set([...DEFAULT_PORTS, ...all.flatMap(({ words }) => words.flatMap(portsIn))])],
    ...(hosts && { hosts }),
  }
}

/** Those of `proxy_pass` and the like, of modules outside nginx too, and of the servers of each `upstream`. */
function findHosts(directives: readonly Directive[]): string[] | undefined {
  const passes = directives.filter(({ words: [name = ''] }) => /_pass$|^auth_http$/.test(name))
  const isOpen =
    directives.some(({ words: [name = ''] }) => PROGRAM.test(name)) ||
    passes.some(({ words }) => words.some((word) => word.includes('$')))
  if (isOpen) return undefined
  const groups = directives.flatMap(({ words: [name, group = ''] }) => (name === 'upstream' ? [group] : []))
  const servers = directives.filter(
    ({ words: [name], within }) => name === 'server' && within.includes('upstream'),
  )
  // With a port, a name is never that of an `upstream`.
  const targets = passes
    .map(({ words: [, to = ''] }) => to.replace(/^\w+:\/\//, '').replace(/[/?].*$/, ''))
    .filter((target) => !groups.includes(target))
  const all = [...targets, ...servers.map(({ words: [, to = ''] }) => to)]
  return [...new Set(all.map((target) => target.replace(/:.*$/, '').toLowerCase()))]
}

type Directive = {
  /** Its name and arguments, without quotes. */
  words: readonly string[]
  /** Names of the blocks that it is in, outermost first. */
  within: readonly string[]
}

function readDirectives(text: string): Directive[] {
  const found: Directive[] = []
  const within: string[] = []
  let words: string[] = []
  for (const token of readNginxTokens(text)) {
    if (!/^[;{}]$/.test(token.text)) {
      words.push(unquoteNginxWord(token.text))
      continue
    }
    if (words.length > 0) found.push({ words, within: [...within] })
    if (token.text === '{') within.push(words[0] ?? '')
    if (token.text === '}') within.pop()
    words = []
  }
  return found
}

function portsIn(word: string): number[] {
  const found = /^\d{1,5}$/.test(word)
    ? [word]
    : [...word.matchAll(/:(\d{1,5})(?![\d.:])/g)].map(([, port]) => port)
  return found.map(Number).filter((port) => port > 0 && port < 65_536)
}
