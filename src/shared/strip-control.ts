// Terminal sequences first, whole, so that no `[31m` stays behind: CSI, then OSC and its kin up to their end, then two-byte ones.
const sequence =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]/g

// Tab and newline stay; marks that turn the direction of text go, as they can make one line look like another.
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/**
 * Text from a host, a container or a registry, made safe to print: terminal sequences, control characters and
 * direction marks are gone; tabs and newlines stay, and `\r\n` becomes `\n`.
 */
export function stripControl(text: string): string {
  return text.replace(sequence, '').replace(control, '')
}
