import { DrayError } from '../../errors/dray-error.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { Secret } from '../../shared/secrets/secret.ts'
import { assertDotenv } from './assert-dotenv.ts'
import { parseDotenv } from './parse-dotenv.ts'
import { renderVariable } from './render-variable.ts'

/**
 * Reads variables to import as the text of a dotenv file: such a text as it is, or a JSON object of names and values, which
 * become exactly those values. Throws USAGE for a JSON object with other values, and ENV_INVALID.
 */
export function readImport(input: Secret): Secret {
  const text = input.reveal()
  if (!/^\s*\{/.test(text)) {
    assertDotenv(input)
    return input
  }
  const values = parseJson(text)
  if (!isRecordOfValues(values)) {
    throw new DrayError('USAGE', 'The input is not a JSON object of names and texts. Nothing was written.', {
      hint: 'Write `{"NAME": "value"}`, or one NAME=value per line.',
    })
  }
  const lines = Object.entries(values).map(([name, value]) => renderVariable(name, new Secret(String(value))))
  return new Secret(lines.join(''))
}

/** `text` with the variables of `added` instead of its own of the same names; its other lines stay. */
export function mergeDotenv(text: string, added: string): string {
  const names = new Set(parseDotenv(added).variables.map(({ name }) => name))
  let kept = text
  for (;;) {
    // A name may occur several times; only its last one is in the list.
    const found = parseDotenv(kept).variables.find(({ name }) => names.has(name))
    if (found === undefined) break
    const lines = kept.split('\n')
    lines.splice(found.lines[0] - 1, found.lines[1] - found.lines[0] + 1)
    kept = lines.join('\n')
  }
  const end = kept === '' || kept.endsWith('\n') ? '' : '\n'
  return `${kept}${end}${added}`
}

function isRecordOfValues(data: unknown): data is Record<string, string | number | boolean> {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return false
  return Object.values(data).every((value) => ['string', 'number', 'boolean'].includes(typeof value))
}
