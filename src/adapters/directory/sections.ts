/** Output of a script on a host, in named parts: a line `@@dray NAME` begins each. */
export type Section = { name: string; text: string }

const MARK = '@@dray '

/** Splits the output of a script. Text before the first mark, such as a login banner, is dropped. */
export function parseSections(output: string): Section[] {
  const sections: { name: string; lines: string[] }[] = []
  for (const line of output.split('\n')) {
    if (line.startsWith(MARK)) sections.push({ name: line.slice(MARK.length).trim(), lines: [] })
    else sections.at(-1)?.lines.push(line)
  }
  return sections.map(({ name, lines }) => ({ name, text: lines.join('\n').trim() }))
}

export function sectionText(sections: readonly Section[], name: string): string | undefined {
  return sections.find((section) => section.name === name)?.text
}
