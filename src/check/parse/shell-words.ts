import type { Assignment, Command, Redirection, Word } from 'unbash'
import { nameOf } from '../source-file.ts'
import type { ShellWord } from './shell-command.ts'
import { showExpressions, spanIn, type ShellText } from './shell-text.ts'

/** A program with its arguments: `nodes` are the parser's words, each at the index of its own in `words`. */
export type Program = {
  /** Without its directory. */
  name: string
  words: readonly ShellWord[]
  nodes: readonly (Word | Assignment)[]
}

/**
 * The programs that a command runs: the one behind `sudo`, `timeout` and the like is the last, and `sshpass` stands before it,
 * since its own arguments matter. Empty where the command only assigns or redirects.
 */
export function programsOf({ prefix, name, args }: Command, source: ShellText): Program[] {
  const assignments = prefix.filter((it) => it.type === 'Assignment')
  const nodes = [...assignments, ...(name === undefined ? [] : [name]), ...args]
  return programsIn({ words: nodes.map((node) => toShellWord(node, source)), nodes })
}

/** The programs in a list of words, as in that of a command. */
export function programsIn({ words, nodes }: Pick<Program, 'words' | 'nodes'>): Program[] {
  const texts = words.map(({ text }) => text)
  const starts = [...texts.keys()].filter((index) => nameOf(texts[index] ?? '') === 'sshpass').slice(0, 1)
  const last = programIndex(texts)
  return [...starts.filter((index) => index < last), last].flatMap((start) => {
    const first = words[start]
    return first === undefined
      ? []
      : [{ name: nameOf(first.text), words: words.slice(start), nodes: nodes.slice(start) }]
  })
}

/** The command that `ssh` is given in words of its own: `ssh -p 22 deploy@host docker compose up`. */
export function remoteWordsOf({ words, nodes }: Program): Pick<Program, 'words' | 'nodes'> {
  const texts = words.map(({ text }) => text)
  const host = skipOptions(texts, 1, /^-[46AaCfGgKkMNnqsTtVvXxYy]*[BbcDEeFIiJLlmOoPpQRSWw]$/)
  return { words: words.slice(host + 1), nodes: nodes.slice(host + 1) }
}

/** What the output of a command goes to: `> file`, `2>> file`. */
export function outputsOf(redirects: readonly Redirection[], source: ShellText): ShellWord[] {
  return redirects.flatMap((redirect) => {
    if (redirect.type !== 'Redirect' || !redirect.operator.includes('>') || redirect.target === undefined)
      return []
    const target = toShellWord(redirect.target, source)
    // `2>&1` names no file.
    return redirect.operator === '>&' && /^(?:\d+|-)$/.test(target.text) ? [] : [target]
  })
}

/** Whether a redirection gives a command its input. */
export function isInput({ type, operator }: Redirection): boolean {
  return type !== 'Redirect' || operator === '<'
}

function toShellWord(node: Word | Assignment, source: ShellText): ShellWord {
  const { file, start, end } = spanIn(source, node.pos, node.end)
  return { file, start, end, text: showExpressions(source, valueOf(node, source.text)) }
}

/** Without quotes. */
function valueOf(node: Word | Assignment, text: string): string {
  if (node.type === 'Word') return node.value
  return node.value.type === 'Word'
    ? text.slice(node.pos, node.value.pos) + node.value.value
    : text.slice(node.pos, node.end)
}

/**
 * Programs that run the one behind them: the options that take the next word as their value, and how many operands stand before
 * that program.
 */
const wrappers = new Map<string, { valued?: RegExp; operands?: number }>([
  [
    'sudo',
    {
      valued: /^(?:-[AbBeEHiKklnNPsSvV]*[CDghpRrTtUu]|--(?:user|group|host|prompt|chdir|chroot))$/,
    },
  ],
  ['doas', { valued: /^-[uC]$/ }],
  ['env', { valued: /^(?:-[uC]|--(?:unset|chdir))$/ }],
  ['timeout', { valued: /^(?:-[ks]|--(?:kill-after|signal))$/, operands: 1 }],
  ['nice', { valued: /^(?:-n|--adjustment)$/ }],
  ['ionice', { valued: /^-[cn]$/ }],
  ['stdbuf', { valued: /^-[ioe]$/ }],
  ['time', { valued: /^-[of]$/ }],
  ['sshpass', { valued: /^-[pfdP]$/ }],
  [
    'xargs',
    {
      valued: /^(?:-[aEIdLnPs]|-[rt0]+[In]|--(?:arg-file|delimiter|max-args|max-lines|max-procs|replace))$/,
    },
  ],
  ['exec', { valued: /^-a$/ }],
  ['command', {}],
  ['nohup', {}],
  ['setsid', {}],
])

function programIndex(words: readonly string[]): number {
  let index = 0
  while (index < words.length) {
    const word = words[index] ?? ''
    const wrapper = wrappers.get(nameOf(word))
    // `command -v docker` only looks for it.
    const isQuery = word === 'command' && words[index + 1]?.startsWith('-') === true
    if (/^[A-Za-z_]\w*=/.test(word)) index += 1
    else if (wrapper === undefined || isQuery) return index
    else index = skipOptions(words, index + 1, wrapper.valued) + (wrapper.operands ?? 0)
  }
  return index
}

/** The index of the first word from `start` on that is neither an option nor the value of one. */
function skipOptions(words: readonly string[], start: number, valued?: RegExp): number {
  let index = start
  while (words[index]?.startsWith('-') === true) index += valued?.test(words[index] ?? '') === true ? 2 : 1
  return index
}
