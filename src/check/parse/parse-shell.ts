import { nameOf, type SourceFile, type Span } from '../source-file.ts'
import { type ShellCommand, type ShellWord } from './shell-command.ts'

/** Reads a piece of a file as shell text. What is no shell gives odd commands, but never an error. */
export function parseShell(span: Span, { isBare = true, depth = 0 } = {}): ShellCommand[] {
  return depth > deepest ? [] : new ShellReader(span, { isBare, depth }).read()
}

/** Commands within commands within commands. */
const deepest = 8

/** Words that stand before a command without being it. */
const prefixes = new Set([
  'sudo',
  'if',
  'then',
  'else',
  'elif',
  'while',
  'until',
  'do',
  '!',
  '{',
  'time',
  'exec',
  'nohup',
  'command',
])

/** A command while it is read: its here-document comes after it. */
type ReadCommand = Omit<ShellCommand, 'document'> & { document?: ShellCommand['document'] }

class ShellReader {
  private readonly file: SourceFile
  private readonly end: number
  private readonly isBare: boolean
  private readonly depth: number
  private position: number
  private readonly commands: ReadCommand[] = []
  private words: ShellWord[] = []
  private redirects: ShellWord[] = []
  private redirectNext: 'output' | 'input' | 'document' | undefined
  private hasInput = false
  /** What ends the here-document that begins with the next line, and the first command of this line. */
  private delimiter: { text: string; isQuoted: boolean } | undefined
  private lineStart = 0

  constructor({ file, start, end }: Span, { isBare, depth }: { isBare: boolean; depth: number }) {
    this.file = file
    this.position = start
    this.end = end
    this.isBare = isBare
    this.depth = depth
  }

  read(): ShellCommand[] {
    while (this.position < this.end) this.readNext()
    this.finishCommand()
    return this.commands
  }

  private at(ahead = 0): string {
    const index = this.position + ahead
    return index < this.end ? (this.file.text[index] ?? '') : ''
  }

  private readNext(): void {
    const character = this.at()
    if (character === '\\' && this.at(1) === '\n') this.position += 2
    else if (/[ \t\r]/.test(character)) this.position += 1
    else if (character === '#') this.skipComment()
    else if (/[\n;()]/.test(character)) {
      this.finishCommand()
      this.position += 1
      if (character === '\n') this.readDocument()
    } else if (character === '|' || character === '&') this.readOperator(character)
    else if (character === '>' || character === '<') this.readRedirect()
    else if (/\d/.test(character) && /[<>]/.test(this.at(1)) && this.at(1) !== '') this.position += 1
    else this.readWord()
  }

  /** The here-document after a line that asked for one. */
  private readDocument(): void {
    const { delimiter, position: start, file } = this
    const reader = this.commands.slice(this.lineStart).find((command) => command.hasInput)
    this.delimiter = undefined
    if (delimiter !== undefined) {
      let end = this.end
      while (this.position < this.end) {
        const lineStart = this.position
        this.skipComment()
        const line = file.text.slice(lineStart, this.position)
        this.position += 1
        if (line.trim() !== delimiter.text) continue
        end = lineStart
        break
      }
      if (reader !== undefined) reader.document = { file, start, end, isLiteral: delimiter.isQuoted }
      const runs = this.commands
        .slice(this.lineStart)
        .some((it) => ['ssh', 'sh', 'bash'].includes(it.program))
      if (runs)
        this.commands.push(
          ...parseShell({ file, start, end }, { isBare: this.isBare, depth: this.depth + 1 }),
        )
    }
    this.lineStart = this.commands.length
  }

  private skipComment(): void {
    const lineEnd = this.file.text.indexOf('\n', this.position)
    this.position = lineEnd < 0 ? this.end : Math.min(lineEnd, this.end)
  }

  private readOperator(character: string): void {
    const isDouble = this.at(1) === character
    if (character === '&' && this.at(1) === '>') {
      this.position += 1
      return
    }
    this.finishCommand(character === '|' && !isDouble)
    this.position += isDouble ? 2 : 1
    this.hasInput = character === '|' && !isDouble
  }

  private readRedirect(): void {
    const operator = /^(?:<<<|<<-?|<\(|>\(|>>|>&|<&|>\||>|<)/.exec(
      this.file.text.slice(this.position, this.position + 3),
    )
    this.position += operator?.[0].length ?? 1
    if (operator?.[0].endsWith('&')) this.skipDescriptor()
    else if (operator?.[0] === '<<' || operator?.[0] === '<<-') this.redirectNext = 'document'
    else this.redirectNext = operator?.[0].startsWith('>') ? 'output' : 'input'
  }

  private skipDescriptor(): void {
    while (/[\d-]/.test(this.at())) this.position += 1
  }

  private readWord(): void {
    const start = this.position
    let text = ''
    let nested: ShellCommand[] = []
    while (this.position < this.end) {
      const character = this.at()
      if (/[\s;|&<>()]/.test(character)) break
      if (character === '\\') {
        if (this.at(1) !== '\n') text += this.at(1)
        this.position += 2
      } else if (character === "'") text += this.readQuoted("'")
      else if (character === '"') {
        const from = this.position + 1
        text += this.readQuoted('"')
        nested = nested.concat(this.readSubstitutions(from, this.position - 1))
      } else if (character === '$' && (this.at(1) === '{' || this.at(1) === '(')) {
        const from = this.position
        text += this.readBraced()
        nested = nested.concat(this.readSubstitutions(from, this.position))
      } else {
        text += character
        this.position += 1
      }
    }
    // A character that begins no word, such as one beyond the end of what is read.
    if (this.position === start) this.position += 1
    this.takeWord({ file: this.file, start, end: Math.min(this.position, this.end), text })
    this.commands.push(...nested)
  }

  private readQuoted(quote: string): string {
    let text = ''
    this.position += 1
    while (this.position < this.end && this.at() !== quote) {
      if (quote === '"' && this.at() === '\\') {
        text += this.at(1)
        this.position += 2
      } else if (quote === '"' && this.at() === '$' && (this.at(1) === '(' || this.at(1) === '{'))
        text += this.readBraced()
      else {
        text += this.at()
        this.position += 1
      }
    }
    this.position += 1
    return text
  }

  /** `${…}`, `${{ … }}` or `$(…)`, whole, up to the bracket that closes it. */
  private readBraced(): string {
    const start = this.position
    const [open, close] = this.at(1) === '{' ? ['{', '}'] : ['(', ')']
    let depth = 0
    this.position += 1
    while (this.position < this.end) {
      const character = this.at()
      this.position += 1
      if (character === open) depth += 1
      else if (character === close) depth -= 1
      if (depth === 0) break
    }
    return this.file.text.slice(start, Math.min(this.position, this.end))
  }

  private readSubstitutions(start: number, end: number): ShellCommand[] {
    const text = this.file.text.slice(start, end)
    const at = text.indexOf('$(')
    if (at < 0 || text.startsWith('$((', at)) return []
    const last = text.lastIndexOf(')')
    const stop = last < at ? text.length : last
    return parseShell(
      { file: this.file, start: start + at + 2, end: start + stop },
      { isBare: false, depth: this.depth + 1 },
    )
  }

  private takeWord(word: ShellWord): void {
    if (this.redirectNext === 'document')
      this.delimiter = { text: word.text, isQuoted: word.text.length < word.end - word.start }
    if (this.redirectNext === 'output') this.redirects.push(word)
    else if (this.redirectNext !== undefined) this.hasInput = true
    else this.words.push(word)
    this.redirectNext = undefined
  }

  private finishCommand(isPiped = false): void {
    const { words, redirects, hasInput } = this
    this.words = []
    this.redirects = []
    this.hasInput = false
    this.redirectNext = undefined
    let index = 0
    const assignments: ShellWord[] = []
    for (; index < words.length; index += 1) {
      const word = words[index]
      if (word === undefined) break
      if (/^[A-Za-z_]\w*=/.test(word.text)) assignments.push(word)
      else if (!prefixes.has(word.text) && word.text !== '}') break
      else if (word.text === 'sudo') while (words[index + 1]?.text.startsWith('-')) index += 1
    }
    const rest = words.slice(index)
    const [first] = rest
    const last = words.at(-1)
    if (first === undefined || last === undefined) return
    const command = {
      file: this.file,
      start: first.start,
      end: last.end,
      program: nameOf(first.text),
      words: rest,
      assignments,
      redirects,
      isPiped,
      hasInput,
      isBare: this.isBare,
    }
    this.commands.push(command, ...this.remoteCommands(command))
  }

  /** What `ssh host "…"` and `sh -c "…"` run is shell text again. */
  private remoteCommands(command: ShellCommand): ShellCommand[] {
    if (!['ssh', 'sh', 'bash'].includes(command.program)) return []
    return command.words
      .slice(1)
      .filter(({ text, start }) => /\s/.test(text) && /['"]/.test(this.file.text[start] ?? ''))
      .flatMap(({ file, start, end }) =>
        parseShell({ file, start: start + 1, end: end - 1 }, { isBare: false, depth: this.depth + 1 }),
      )
  }
}
