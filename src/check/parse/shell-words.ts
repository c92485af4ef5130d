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

/** The program that a command runs, behind `sudo` and the like; undefined where it only assigns or redirects. */
export function programOf({ prefix, name, args }: Command, source: ShellText): Program | undefined {
  const assignments = prefix.filter((it) => it.type === 'Assignment')
  const nodes = [...assignments, ...(name === undefined ? [] : [name]), ...args]
  const words = nodes.map((node) => toShellWord(node, source))
  const start = programIndex(words)
  const first = words[start]
  return first && { name: nameOf(first.text), words: words.slice(start), nodes: nodes.slice(start) }
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

/** Words that stand before a program without being it. */
const prefixes = new Set(['sudo', 'exec', 'nohup', 'command'])

/** Options of sudo that take the next word as their value. */
const sudoValues = /^(?:-[AbBeEHiKklnNPsSvV]*[CDghpRrTtUu]|--(?:user|group|host|prompt|chdir|chroot))$/

function programIndex(words: readonly ShellWord[]): number {
  let index = 0
  const textAt = (at: number): string => words[at]?.text ?? ''
  for (; index < words.length; index += 1) {
    if (textAt(index) === 'sudo')
      while (textAt(index + 1).startsWith('-')) index += sudoValues.test(textAt(index + 1)) ? 2 : 1
    else if (!prefixes.has(textAt(index)) && !/^[A-Za-z_]\w*=/.test(textAt(index))) return index
  }
  return words.length
}
