import { parseTemplate } from '../../shared/compose-template.ts'
import { parseDotenv } from './parse-dotenv.ts'

/**
 * Variables of a dotenv file whose value has a `$` that Compose replaces by nothing: outside single quotes, before something
 * that is not the name of an earlier variable.
 */
export function findReplaced(text: string): string[] {
  const known = new Set<string>()
  return parseDotenv(text).variables.flatMap(({ name, raw }) => {
    const lost = parseTemplate(interpolated(raw)).some(
      (part) =>
        (part.kind === 'foreign' && part.source.startsWith('${')) ||
        (part.kind === 'variable' && part.operator === '' && !known.has(part.name)),
    )
    known.add(name)
    return lost ? [name] : []
  })
}

/** The part of a value in which Compose replaces variables. */
function interpolated(raw: string): string {
  if (raw.startsWith("'")) return ''
  return raw.startsWith('"') ? raw.replaceAll(/\\./gs, '') : raw.replace(/[ \t]#.*$/, '')
}
