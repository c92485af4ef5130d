import {
  forEachChild,
  type Command,
  type CommandExpansionPart,
  type PipelineNode,
  type Redirected,
  type SyntaxNode,
} from 'unbash'
import type { Span } from '../source-file.ts'
import { parseScript } from './parse-script.ts'
import type { ShellCommand } from './shell-command.ts'
import { cutShellText, readShellText, spanIn, unescapeShellText, type ShellText } from './shell-text.ts'
import { isInput, outputsOf, programOf, type Program } from './shell-words.ts'

/**
 * The commands in a piece of a file that is shell text, also those in functions, in substitutions, and in the text that
 * another shell is given to run. Text that is not shell gives odd commands, but never an error.
 */
export function parseShell(span: Span, { isBare = true } = {}): ShellCommand[] {
  const found: ShellCommand[] = []
  readCommands({ ...alone, source: readShellText(span), isBare, depth: 0, found })
  return found
}

/** The text that a command stands in, and what holds for all commands there. */
type Surroundings = Pick<ShellCommand, 'isBare' | 'isPiped' | 'hasInput' | 'redirects'> & {
  source: ShellText
  /** How many expansions and shells it stands in. */
  depth: number
  /** A shell is part of the pipeline: it runs the here-documents there. */
  feedsShell: boolean
  /** Takes the commands. */
  found: ShellCommand[]
}

const alone = { isPiped: false, hasInput: false, redirects: [], feedsShell: false }

/** Commands within commands. Each level reads its text again. */
const deepest = 12

/** Programs that run shell text, as an argument or from their input. */
const shells = new Set(['ssh', 'sh', 'bash', 'eval'])

function readCommands(around: Surroundings): void {
  if (around.depth > deepest) return
  for (const { source, script } of parseScript(around.source))
    for (const statement of script.commands) readNode(statement, { ...around, source })
}

function readNode(node: SyntaxNode, around: Surroundings): void {
  if (around.depth > deepest) return
  switch (node.type) {
    case 'Command':
      readCommand(node, around)
      break
    case 'Pipeline':
      readPipeline(node.commands, around)
      break
    case 'Redirected':
      readRedirected(node, around)
      break
    case 'Word':
      // Most words substitute nothing and need not be taken apart.
      if (/[$`<>]/.test(node.text)) readChildren(node, around)
      break
    case 'CommandExpansion':
      readExpansion(node, around)
      break
    case 'Script':
      readChildren(node, within(around, around.source))
      break
    case 'ParameterExpansion':
    case 'ArithmeticExpansion':
      readChildren(node, { ...around, depth: around.depth + 1 })
      break
    default:
      readChildren(node, around)
  }
}

function readChildren(node: SyntaxNode, around: Surroundings): void {
  forEachChild(node, (child) => readNode(child, around))
}

/** What holds for commands in a substitution, and in text that another shell runs. */
function within({ depth, found }: Surroundings, source: ShellText): Surroundings {
  return { ...alone, isBare: false, depth: depth + 1, source, found }
}

function readRedirected(node: Redirected, around: Surroundings): void {
  const outputs = outputsOf(node.redirects, around.source)
  const redirects = outputs.length > 0 ? outputs : around.redirects
  const hasInput = around.hasInput || node.redirects.some(isInput)
  readChildren(node, { ...around, redirects, hasInput })
}

function readExpansion(node: CommandExpansionPart, around: Surroundings): void {
  // The parser rewrites escaped backticks: its places in them are not places of our text.
  if (node.script?.source === undefined) readChildren(node, around)
  else
    readCommands(within(around, unescapeShellText(cutShellText(around.source, node.pos + 1, node.end - 1))))
}

function readPipeline(members: readonly PipelineNode[], around: Surroundings): void {
  const feedsShell =
    around.feedsShell || members.some((it) => it.type === 'Command' && isShell(programOf(it, around.source)))
  for (const [index, member] of members.entries()) {
    const isPiped = around.isPiped || index < members.length - 1
    const hasInput = around.hasInput || index > 0
    readNode(member, { ...around, feedsShell, isPiped, hasInput })
  }
}

function isShell(program: Program | undefined): boolean {
  return program !== undefined && shells.has(program.name)
}

/** First the commands in its substitutions, then the command, then those in text that it gives to a shell. */
function readCommand(node: Command, around: Surroundings): void {
  const { source, isBare, found } = around
  const program = programOf(node, source)
  const isFed = around.feedsShell || isShell(program)
  const texts = isShell(program)
    ? (program?.nodes.slice(1).filter((it) => isShellText(it, source)) ?? [])
    : []
  const documents = isFed ? node.redirects.filter((it) => it.type === 'HereDoc') : []
  const given = new Set<SyntaxNode>([...texts, ...documents])
  const substituting = { ...around, ...alone }
  forEachChild(node, (child) => {
    // Substitutions in a text for a shell are found when that text is read.
    if (!given.has(child)) readNode(child, substituting)
  })
  if (program !== undefined) found.push(toShellCommand(node, program, around))
  for (const { pos, end } of texts) readCommands(within(around, unquote(cutShellText(source, pos, end))))
  for (const { body, delimiter } of documents) {
    const text = cutShellText(source, body.pos, body.end)
    const filled = delimiter?.quoted === true ? text : unescapeShellText(text)
    readCommands({ ...within(around, filled), isBare })
  }
}

function toShellCommand(node: Command, { name, words, nodes }: Program, around: Surroundings): ShellCommand {
  const { source, isBare, isPiped, hasInput, redirects } = around
  const [first, last] = [nodes[0] ?? node, nodes.at(-1) ?? node]
  const outputs = outputsOf(node.redirects, source)
  const document = node.redirects.find((it) => it.type === 'HereDoc')
  const { file, start, end } = spanIn(source, first.pos, last.end)
  return {
    file,
    start,
    end,
    program: name,
    words,
    redirects: outputs.length > 0 ? outputs : redirects,
    isPiped,
    hasInput: hasInput || node.redirects.some(isInput),
    isBare,
    document: document && {
      ...spanIn(source, document.body.pos, document.body.end),
      isLiteral: document.delimiter?.quoted === true,
    },
  }
}

/** Whether an argument of a shell is text for it: several words in quotes. */
function isShellText({ pos, end }: SyntaxNode, { text }: ShellText): boolean {
  return /^["'].*\s/s.test(text.slice(pos, end))
}

/** The text within quotes, as the next shell gets it. */
function unquote(source: ShellText): ShellText {
  const quote = source.text[0]
  const inner = cutShellText(source, 1, source.text.length - (source.text.endsWith(quote ?? '') ? 1 : 0))
  return quote === '"' ? unescapeShellText(inner) : inner
}
