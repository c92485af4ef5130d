import { parse, type ParsedScript } from 'unbash'
import { cutShellText, type ShellText } from './shell-text.ts'

/** A part of a shell text, and what the parser made of it; places of the tree are indices of that text. */
export type ParsedPart = { source: ShellText; script: ParsedScript }

/**
 * What the parser may cost: one for each character, and one for each `${`, `$(` and `<(` that stands open there, since unbash
 * 6.0.4 looks for the other end of each. A megabyte of shell takes a tenth of this.
 */
const mostEffort = 10_000_000

/** Here-documents that begin in one line; the parser compares each with all others. */
const mostDocuments = 5_000

/**
 * Parses shell text of any kind. Where the parser gives up, it continues with the next line. Never throws; text that is too
 * tangled to be read in reasonable time is left out from there on.
 */
export function parseScript(source: ShellText): ParsedPart[] {
  const parts: ParsedPart[] = []
  let effort = 0
  let start = 0
  while (start < source.text.length) {
    const bounds = boundsOf(source.text, start, mostEffort - effort)
    effort += bounds.effort
    const part = cutShellText(source, start, bounds.end)
    const script = tryParse(part.text)
    if (script !== undefined) parts.push({ source: part, script })
    const stop = script === undefined ? 0 : stopOf(script)
    if (stop === undefined) break
    const lineEnd = part.text.indexOf('\n', stop)
    if (lineEnd < 0) break
    start += lineEnd + 1
  }
  return parts
}

function tryParse(text: string): ParsedScript | undefined {
  try {
    return parse(text)
  } catch {
    // unbash 6.0.4 recurses for each of `coproc coproc …` and `a() a() …`: a few thousand exceed the stack.
    return undefined
  }
}

/** Where the parser gave up; undefined where it came to the end. */
function stopOf({ commands, errors = [] }: ParsedScript): number | undefined {
  const error = errors.at(-1)
  if (error === undefined) return undefined
  return Math.max(error.pos, ...commands.slice(-1).map(({ end }) => end))
}

/** How far the text from `start` on can be read, and what that costs. */
function boundsOf(text: string, start: number, most: number): { end: number; effort: number } {
  let effort = 0
  let braces = 0
  let parentheses = 0
  let documents = 0
  for (let index = start; index < text.length; index += 1) {
    const next = text.charCodeAt(index + 1)
    switch (text.charCodeAt(index)) {
      case newline:
        documents = 0
        break
      case lessThan:
        if (next === lessThan) documents += 1
        break
      case dollar:
        if (next === openBrace) braces += 1
        break
      case openParenthesis:
        if (isSubstitution(text.charCodeAt(index - 1))) parentheses += 1
        break
      case closeParenthesis:
        if (parentheses > 0) parentheses -= 1
        break
      case closeBrace:
        if (braces > 0) braces -= 1
    }
    effort += 1 + braces + parentheses
    if (effort > most || documents > mostDocuments) return { end: index, effort: most }
  }
  return { end: text.length, effort }
}

/** `$(`, `<(`, `>(`. */
function isSubstitution(before: number): boolean {
  return before === dollar || before === lessThan || before === greaterThan
}

const newline = 10
const dollar = 36
const openParenthesis = 40
const closeParenthesis = 41
const lessThan = 60
const greaterThan = 62
const openBrace = 123
const closeBrace = 125
