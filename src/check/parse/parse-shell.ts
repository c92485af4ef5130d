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
import { isRemoteDocker, type ShellCommand } from './shell-command.ts'
import { cutShellText, readShellText, spanIn, unescapeShellText, type ShellText } from './shell-text.ts'
import { isInput, outputsOf, programsIn, programsOf, remoteWordsOf, type Program } from './shell-words.ts'

/**
 * The commands in a piece of a file that is shell text, also those in functions, in substitutions, and in the text that
 * another shell is given to run. Text that is not shell gives odd commands, but never an error.
 */
export function parseShell(span: Span, { isBare = true } = {}): ShellCommand[] {
  const found: ShellCommand[] = []
  readCommands({ ...alone, source: readShellText(span), isBare, isOnServer: false, depth: 0, found })
  return found
}

/** The text that a command stands in, and what holds for all commands there. */
type Surroundings = Pick<ShellCommand, 'isBare' | 'isPiped' | 'hasInput' | 'redirects' | 'isOnServer'> & {
  source: ShellText
  /** How many expansions and shells it stands in. */
  depth: number
  /** A shell, here or on a server, is part of the pipeline: it runs the here-documents there. */
  feeds: Shell | undefined
  /** Takes the commands. */
  found: ShellCommand[]
}

const alone = { isPiped: false, hasInput: false, redirects: [], feeds: undefined }

/** Commands within commands. Each level reads its text again. */
const deepest = 12

/** Where a program runs shell text, from an argument or from its input. */
type Shell = 'here' | 'server'
const shells = new Map<string, Shell>([
  ['sh', 'here'],
  ['bash', 'here'],
  ['eval', 'here'],
  ['su', 'here'],
  ['ssh', 'server'],
  ['autossh', 'server'],
  ['plink', 'server'],
])

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
function within({ depth, found, isOnServer }: Surroundings, source: ShellText): Surroundings {
  return { ...alone, isBare: false, isOnServer, depth: depth + 1, source, found }
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
  const shellsIn = members.flatMap((it) =>
    it.type === 'Command' ? (shellOf(programsOf(it, around.source).at(-1)) ?? []) : [],
  )
  const feeds = around.feeds ?? shellsIn.find((it) => it === 'server') ?? shellsIn[0]
  for (const [index, member] of members.entries()) {
    const isPiped = around.isPiped || index < members.length - 1
    const hasInput = around.hasInput || index > 0
    readNode(member, { ...around, feeds, isPiped, hasInput })
  }
}

function shellOf(program: Program | undefined): Shell | undefined {
  return program && shells.get(program.name)
}

/** First the commands in its substitutions, then the command, then those in text that it gives to a shell. */
function readCommand(node: Command, around: Surroundings): void {
  const { source, isBare, found } = around
  const programs = programsOf(node, source)
  const program = programs.at(-1)
  const shell = shellOf(program)
  const feeds = around.feeds ?? shell
  const texts =
    program === undefined || shell === undefined
      ? []
      : program.nodes.slice(1).filter((it) => isShellText(it, source))
  const documents = feeds === undefined ? [] : node.redirects.filter((it) => it.type === 'HereDoc')
  const given = new Set<SyntaxNode>([...texts, ...documents])
  const substituting = { ...around, ...alone }
  forEachChild(node, (child) => {
    // Substitutions in a text for a shell are found when that text is read.
    if (!given.has(child)) readNode(child, substituting)
  })
  for (const it of programs) found.push(toShellCommand(node, it, around))
  const inShell = { ...around, isOnServer: around.isOnServer || shell === 'server' }
  for (const { pos, end } of texts) readCommands(within(inShell, unquote(cutShellText(source, pos, end))))
  if (program !== undefined && shell === 'server' && texts.length === 0)
    readRemoteWords(node, program, inShell)
  const isOnServer = around.isOnServer || feeds === 'server'
  for (const { body, delimiter } of documents) {
    const text = cutShellText(source, body.pos, body.end)
    const filled = delimiter?.quoted === true ? text : unescapeShellText(text)
    readCommands({ ...within({ ...around, isOnServer }, filled), isBare })
  }
}

/** `ssh deploy@host docker compose down`: the words behind the host are the command. */
function readRemoteWords(node: Command, ssh: Program, around: Surroundings): void {
  for (const program of programsIn(remoteWordsOf(ssh)))
    around.found.push(toShellCommand(node, program, { ...around, isBare: false }))
}

function toShellCommand(node: Command, { name, words, nodes }: Program, around: Surroundings): ShellCommand {
  const { source, isBare, isPiped, hasInput, redirects } = around
  const isOnServer = around.isOnServer || isRemoteDocker({ program: name, words })
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
    isOnServer,
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
