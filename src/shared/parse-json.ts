/** A shorter text is parsed in no time, whatever it says. */
const SHORT = 64 * 1024
/** Deeper than any answer that dray reads. */
const MOST_DEPTH = 256

/**
 * The value of a text of JSON, or of its bytes in UTF-8. Undefined when it is not JSON, so that a schema can refuse both
 * alike, and when a long text is nested too deep: 8 MB of `[` take Node seconds and 300 MB (measured with Node 20).
 */
export function parseJson(text: string | Uint8Array): unknown {
  try {
    const decoded = typeof text === 'string' ? text : new TextDecoder().decode(text)
    return decoded.length > SHORT && isDeep(decoded) ? undefined : JSON.parse(decoded)
  } catch {
    return undefined
  }
}

function isDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (inString) {
      if (character === '\\') index += 1
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '[' || character === '{') {
      depth += 1
      if (depth > MOST_DEPTH) return true
    } else if (character === ']' || character === '}') depth -= 1
  }
  return false
}
