import { isSurelySecretName } from '../../shared/secrets/secret-name.ts'
import type { Span } from '../source-file.ts'

/** One word of a command: `text` without its quotes, variables left as they are written. */
export type ShellWord = Span & { text: string }

export type ShellCommand = Span & {
  /** The name of the program, without its directory. */
  program: string
  /** Program and arguments, without assignments, `sudo`, `if` and the like; at least one word. */
  words: readonly ShellWord[]
  /** What its output goes to: `> file`, `>> file`. */
  redirects: readonly ShellWord[]
  /** Its output goes to the next command. */
  isPiped: boolean
  /** Its input comes from the command before, or from a file or a here-document. */
  hasInput: boolean
  /** The text of a here-document that it reads; it is literal where nothing of it is filled in. */
  readonly document?: Span & { isLiteral: boolean }
  /** Whether characters can be put in at its place as they are: not within quotes of another language. */
  isBare: boolean
  /** It acts on another machine: `ssh` runs it there, or Docker has the address of another host. */
  isOnServer: boolean
}

/** The words after the program, as text. */
export function argumentsOf({ words }: ShellCommand): string[] {
  return words.slice(1).map(({ text }) => text)
}

/** Whether shell text puts in the value of a variable that is surely a secret: `$TOKEN`, `${DB_PASSWORD}`; not `${#TOKEN}`. */
export function usesSecret(text: string): boolean {
  // Variables in small letters are the script's own.
  return [...text.matchAll(/\$\{?(\w+)/g)].some(
    ([, name = '']) => name === name.toUpperCase() && isSurelySecretName(name),
  )
}

/** Whether a command begins with these words: `isCommand(it, 'docker', 'login')`; options of `docker` itself do not count. */
export function isCommand(command: ShellCommand, ...names: readonly string[]): boolean {
  const [program, ...others] = names
  // Most commands are not the one that a rule looks for: their arguments need no reading.
  if (command.program !== program) return false
  const words = plainArguments(command)
  return others.every((name, index) => words[index] === name)
}

/** Whether it is `docker compose NAME` or `docker-compose NAME`, whatever options stand between. */
export function isCompose(command: ShellCommand, name: string): boolean {
  const program = command.program
  if (program !== 'docker-compose' && !isCommand(command, 'docker', 'compose')) return false
  return argumentsOf(command)[composeVerb(command)] === name
}

/** The value of an option: `--name VALUE` or `--name=VALUE`; undefined where it is not there. */
export function optionOf({ words }: ShellCommand, ...names: readonly string[]): ShellWord | undefined {
  for (const [index, word] of words.entries()) {
    if (names.includes(word.text)) return words[index + 1]
    const name = names.find((it) => it.startsWith('--') && word.text.startsWith(`${it}=`))
    if (name !== undefined) return { ...word, text: word.text.slice(name.length + 1) }
  }
  return undefined
}

/** The word that is one of these options: `-a` is found in `-af` too. */
export function flagOf({ words }: ShellCommand, ...names: readonly string[]): ShellWord | undefined {
  const letters = names.filter((name) => /^-\w$/.test(name)).map((name) => name.slice(1))
  return words
    .slice(1)
    .find(
      ({ text }) =>
        names.includes(text) || (/^-\w+$/.test(text) && letters.some((letter) => text.includes(letter))),
    )
}

/** Whether Docker is given the address of another host: `docker --context shop`, `docker -H ssh://…`. A login stays here. */
export function isRemoteDocker({ program, words }: Pick<ShellCommand, 'program' | 'words'>): boolean {
  if (program !== 'docker' && program !== 'docker-compose') return false
  const texts = words.slice(1).map(({ text }) => text)
  const verb = skipDockerOptions(texts, 0)
  if (texts[verb] === 'login' || texts[verb] === 'logout') return false
  const end = texts[verb] === 'compose' ? skipDockerOptions(texts, verb + 1) : verb
  return texts.slice(0, end).some((text, index) => {
    const option = /^(?:--host|--context|-H|-c)(?:=(.*))?$/.exec(text)
    return option !== null && !/^(?:default|unix:.*)$/.test(option[1] ?? texts[index + 1] ?? '')
  })
}

/** The words after the verb of a Compose command, without options. */
export function composeArguments(command: ShellCommand): string[] {
  const words = argumentsOf(command)
  return words
    .slice(composeVerb(command) + 1)
    .filter((word, index, all) => !word.startsWith('-') && !/^(?:-t|--timeout)$/.test(all[index - 1] ?? ''))
}

/** The index of the verb among the arguments of a Compose command. */
function composeVerb(command: ShellCommand): number {
  const words = argumentsOf(command)
  return skipDockerOptions(words, command.program === 'docker' ? words.indexOf('compose') + 1 : 0)
}

/** Options of `docker`, and of `docker compose`, that take the next word as their value. */
const valuedOptions = new Set([
  '-c',
  '--config',
  '--context',
  '-H',
  '--host',
  '-l',
  '--log-level',
  '--tlscacert',
  '--tlscert',
  '--tlskey',
  '-f',
  '--file',
  '-p',
  '--project-name',
  '--env-file',
  '--profile',
  '--project-directory',
  '--ansi',
  '--progress',
  '--parallel',
])

/** The index of the first word from `start` on that is neither an option of Docker nor the value of one. */
function skipDockerOptions(words: readonly string[], start: number): number {
  let index = start
  while (words[index]?.startsWith('-') === true) index += valuedOptions.has(words[index] ?? '') ? 2 : 1
  return index
}

function plainArguments(command: ShellCommand): string[] {
  const words = argumentsOf(command)
  const start = command.program === 'docker' ? skipDockerOptions(words, 0) : 0
  return words.slice(start).filter((word) => !word.startsWith('-'))
}
