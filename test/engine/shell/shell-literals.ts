import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** A string in the sources that reads as shell: where it is, and its fixed parts, between what is put in. */
export type ShellLiteral = { place: string; parts: readonly string[] }

/** What only shell has, in a text of one line: `"$1"`, `"$@"`, `$(…)`, `$?`, `exec sh`. */
const shellWord = /"\$[0-9@*]"|\$\(|\$\?|\bexec (sh|bash)\b|"\$[a-z_]+"|\bkill -s\b/
/** Lines that begin as shell does. */
const shellLine =
  /^\s*(set -|if \[|if ! |for \w+ in |while |until |case |trap |exec |printf |\[ |\w+\(\) [({])/m

/** Every string of the TypeScript files below a directory that reads as shell. */
export function findShellLiterals(directory: string): ShellLiteral[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .flatMap((name) => literalsOf(name, readFileSync(join(directory, name), 'utf8')))
}

function literalsOf(name: string, text: string): ShellLiteral[] {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest)
  const found: ShellLiteral[] = []
  const visit = (node: ts.Node): void => {
    const parts = partsOf(node)
    if (parts !== undefined && looksLikeShell(parts.join('x'))) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
      found.push({ place: `${name}:${line + 1}`, parts })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function partsOf(node: ts.Node): string[] | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text]
  if (!ts.isTemplateExpression(node)) return undefined
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)]
}

function looksLikeShell(text: string): boolean {
  return text.includes('\n') ? shellLine.test(text) || shellWord.test(text) : shellWord.test(text)
}
