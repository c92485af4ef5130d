import { findEnvironmentSecrets, isDistinct } from '../../shared/secrets/environment-secrets.ts'
import type { Redactor } from '../../shared/secrets/redact.ts'
import { buildSecretPattern } from '../../shared/secrets/secret-pattern.ts'
import type { CommandRunner } from '../host/command-runner.ts'
import type { Secret } from '../../shared/secrets/secret.ts'

const MOST_BYTES = 1024 ** 2
/** Maximum length of what `printServerValues` prints. */
export const SERVER_VALUES_BYTES = 4 * MOST_BYTES

/** Prints `.env` and the env files in the app's directory, `$path`. A missing or unreadable one is skipped. */
export const printServerValues = `
(
  cd "$path" 2> /dev/null || exit 0
  {
    [ ! -f .env ] || head -c ${MOST_BYTES} .env
    echo
    find . -maxdepth 3 -path ./.dray -prune -o -type f \\( -name '.env*' -o -name '*.env' \\) \\
      -exec head -c ${MOST_BYTES} {} \\; -exec echo \\;
  } 2> /dev/null | head -c ${SERVER_VALUES_BYTES}
)
`

/** The same for the directory that is the first argument. */
export const serverValuesScript = `path=$1${printServerValues}`

/** The variables on a server, to mask their values where Compose or the Engine quotes them. */
export type ServerValues = {
  /** Reads them when they are needed for the first time, and gives what masks their values. */
  readMask: () => Promise<Redactor>
  /** Takes the output of `printServerValues` in another script instead. */
  take: (text: string) => Promise<Redactor>
}

/** `place.onSecrets` receives those that are secrets by their names, for all other output. */
export function createServerValues(place: {
  runner: CommandRunner
  path: string
  onSecrets?: (secrets: readonly Secret[]) => void
}): ServerValues {
  let mask: Promise<Redactor> | undefined
  const take = async (text: string): Promise<Redactor> => {
    const variables = readVariables(text)
    place.onSecrets?.(findEnvironmentSecrets(variables.map(([name, value]) => `${name}=${value}`)))
    return createValueMask(variables)
  }
  const read = async (): Promise<Redactor> => {
    const argv = ['sh', '-c', serverValuesScript, 'dray', place.path]
    // If the connection broke, what follows says so.
    const { stdout } = await place.runner.run(argv).catch(() => ({ stdout: '' }))
    return take(stdout)
  }
  return { readMask: () => (mask ??= read()), take: (text) => (mask ??= take(text)) }
}

type Variable = readonly [name: string, value: string]

/**
 * Each line as a variable, and a line without a name as one of the variable above. More tolerant than Compose: it quotes the
 * lines that it cannot read.
 */
function readVariables(text: string): Variable[] {
  let last = '.env'
  return text.split('\n').flatMap((line) => {
    const [, name, rest] = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:](.*)$/.exec(line) ?? []
    last = name ?? last
    const value = (rest ?? line).trim()
    const bare = value.replace(/^(['"])(.*)\1(?:\s+#.*)?$/, '$2').replace(/\s+#.*$/, '')
    const found = [value, bare, bare.replace(/^['"]|['"]$/, '')]
    return [...new Set(found.flatMap((it) => [it, ...unescaped(it)]))].map((it): Variable => [last, it])
  })
}

/** A value without its escapes: in single quotes only a quote has one. */
function unescaped(value: string): string[] {
  if (!value.includes('\\')) return []
  const letters: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }
  return [value.replaceAll(/\\'/g, "'"), value.replaceAll(/\\([^])/g, (_, it: string) => letters[it] ?? it)]
}

/** Replaces the values in a text of Compose, and distinct parts of them, with the names of their variables. */
export function createValueMask(variables: readonly Variable[]): Redactor {
  const names = new Map<string, string>()
  for (const [name, value] of variables) {
    for (const part of [value, ...value.split(/[\s:,;]+/)]) if (isDistinct(part)) names.set(part, name)
  }
  const patterns = [...names]
    .sort(([a], [b]) => b.length - a.length)
    .map(([value, name]) => [buildSecretPattern(value), name] as const)
  // In a password, `$` is usually no reference, but Compose reads it as one.
  const referred = new Map(
    variables.flatMap(([name, value]) => [...value.matchAll(/\$(\w+)/g)].map(([, it = '']) => [it, name])),
  )
  return (text) => {
    const masked = text.replaceAll(UNSET, (unset) => {
      const name = referred.get(unset)
      return name === undefined ? unset : renderMask(name)
    })
    return patterns.reduce((rest, [pattern, name]) => rest.replace(pattern, () => renderMask(name)), masked)
  }
}

/** In the output of a program that Compose runs: masks only the lines of Compose (`time="…" level=warning msg="…"`). */
export function maskWords(line: string, mask: Redactor): string {
  return /^time="[^"]*" level=\w+ msg=/.test(line) ? mask(line) : line
}

/** `The \"secret\" variable is not set. Defaulting to a blank string.` */
const UNSET = /(?<=The \\?")\w+(?=\\?" variable is not set)/g

function renderMask(name: string): string {
  return `[value of ${name}]`
}
