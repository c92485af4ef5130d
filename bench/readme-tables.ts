import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const readme = join(import.meta.dirname, 'README.md')

/** Puts rendered parts between their markers in README.md: `<!-- bench NAME -->` and `<!-- end -->`. Others stay. */
export async function writeTables(parts: ReadonlyMap<string, string>): Promise<void> {
  let text = await readFile(readme, 'utf8')
  for (const [name, part] of parts) text = replacePart(text, name, part)
  await writeFile(readme, text)
}

/** Throws when there is no place for the part. */
function replacePart(text: string, name: string, part: string): string {
  const start = `<!-- bench ${name} -->`
  const from = text.indexOf(start)
  const to = text.indexOf('<!-- end -->', from)
  if (from < 0 || to < 0) throw new Error(`bench/README.md has no place for ${name}.`)
  return `${text.slice(0, from)}${start}\n\n${part}\n\n${text.slice(to)}`
}
