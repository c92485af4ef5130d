// Whole terminal sequences first, so that no `[31m` remains: CSI, then OSC and similar ones up to their end, then two-byte
// ones. A sequence without an end removes at most its line.
const sequence =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]/g

// Tab and newline are kept. Direction marks and zero-width characters are removed: both make one text look like another, and
// the latter would hide a token from a search. Joiners of emoji and letters (U+200C, U+200D) are kept.
const control =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g

/** The colours that dray prints: one attribute at a time, and no attribute that hides text. */
const ownColor = /(\u001b\[(?:[0-47]|2[2-79]|[349][0-79]|10[0-7])m)/

/**
 * Text from a host, a container or a registry, made safe to print: without terminal sequences, control characters, direction
 * marks and invisible characters; tabs and newlines are kept, and `\r\n` becomes `\n`.
 */
export function stripControl(text: string): string {
  return text.replace(sequence, '').replace(control, '')
}

/** The same for a text with dray's own colours, which are kept. */
export function stripAllButColors(text: string): string {
  if (!text.includes('\u001b')) return stripControl(text)
  return text
    .split(ownColor)
    .map((part, index) => (index % 2 === 1 ? part : stripControl(part)))
    .join('')
}
