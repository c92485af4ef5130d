/** The value of a text of JSON, or of its bytes in UTF-8. Undefined when it is not JSON, so that a schema can refuse both alike. */
export function parseJson(text: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : new TextDecoder().decode(text))
  } catch {
    return undefined
  }
}
