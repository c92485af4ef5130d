import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const readme = join(import.meta.dirname, 'README.md')

/** Puts rendered tables between their markers in bench/README.md. Others stay. */
export function writeTables(tables: ReadonlyMap<string, string>): Promise<void> {
  return writeParts(readme, 'bench', tables)
}

/** Puts rendered parts between their markers in a file: `<!-- KIND NAME -->` and `<!-- end -->`. Others stay. */
export async function writeParts(
  file: string,
  kind: string,
  parts: ReadonlyMap<string, string>,
): Promise<void> {
  let text = await readFile(file, 'utf8')
  for (const [name, part] of parts) text = replacePart(text, `<!-- ${kind} ${name} -->`, part)
  await writeFile(file, text)
}

/** Throws when there is no place for the part. */
function replacePart(text: string, start: string, part: string): string {
  const from = text.indexOf(start)
  const to = text.indexOf('<!-- end -->', from)
  if (from < 0 || to < 0) throw new Error(`There is no place for ${start}.`)
  return `${text.slice(0, from)}${start}\n\n${part}\n\n${text.slice(to)}`
}
