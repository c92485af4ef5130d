import type { Look } from './look.ts'

type Line = { sign: ' ' | '+' | '-'; text: string }

const CONTEXT = 3

/** What changes from one text to another, line by line, with three lines around each change; all `+` where nothing was. */
export function renderDiff(before: string | undefined, after: string, look: Look): string[] {
  const lines = diffLines(before === undefined ? [] : toLines(before), toLines(after))
  const { colors, glyphs } = look
  const paint = { ' ': colors.dim, '+': colors.green, '-': colors.red }
  const isShown = (index: number): boolean =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ sign }) => sign !== ' ')
  return lines.flatMap(({ sign, text }, index) => {
    if (isShown(index)) return [paint[sign](`${sign} ${text}`.trimEnd())]
    return index === 0 || isShown(index - 1) ? [colors.dim(`  ${glyphs.ellipsis}`)] : []
  })
}

function toLines(text: string): string[] {
  return text.replace(/\n$/, '').split('\n')
}

/** By the longest common subsequence; the files are a few hundred lines long. */
function diffLines(before: readonly string[], after: readonly string[]): Line[] {
  const common = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1))
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const length = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
      common[i]?.set([length], j)
    }
  }
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ sign: ' ', text: before[i] ?? '' })
      i += 1
      j += 1
    } else if (j >= after.length || (i < before.length && at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ sign: '-', text: before[i] ?? '' })
      i += 1
    } else {
      lines.push({ sign: '+', text: after[j] ?? '' })
      j += 1
    }
  }
  return lines
}
