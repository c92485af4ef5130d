/**
 * Masks words of base64 and hexadecimal digits that hold a secret: `reveals` says whether a decoded text does. A word is
 * masked as a whole, with what else is in it. `shortest` is the length of the shortest secret. The decoded text may be UTF-16, as
 * PowerShell encodes it.
 *
 * @param text - What may contain encoded words
 */
export function maskEncodedWords(
  text: string,
  { reveals, shortest, mask }: { reveals: (decoded: string) => boolean; shortest: number; mask: string },
): string {
  const holds = (decoded: string): boolean =>
    [decoded, ...(decoded.includes('\0') ? [decoded.replaceAll('\0', '')] : [])].some(
      (it) => hasText(it, shortest) && reveals(it),
    )
  return text
    .replace(BASE64_WORD, (word) => {
      if (word.length < (shortest * 4) / 3) return word
      const plain = word.replaceAll(/\\+/g, '').replaceAll(/%[0-9a-f]{2}/gi, decodeURIComponent)
      // The word may begin in front of the encoded part, such as with a directory of a path.
      return [0, 1, 2, 3].some((skipped) => holds(decode(plain.slice(skipped), 'base64'))) ? mask : word
    })
    .replace(HEX_WORD, (word) => {
      if (word.length < shortest * 2) return word
      const digits = word.replaceAll(HEX_MARK, '')
      return [0, 1].some((skipped) => holds(decode(digits.slice(skipped), 'hex'))) ? mask : word
    })
}

/** Of both alphabets, and with a slash, a plus sign and the padding escaped as in JSON or percent-encoded. */
const BASE64_WORD = /(?:[\w+/-]|\\{1,8}\/|%2[BFbf])+(?:=|%3[Dd]){0,2}/g
/** Also with marks between bytes: `67 68`, `67:68`, `\x67\x68`, `%67%68`, `&#x67;&#x68;`. */
const HEX_WORD = /[0-9A-Fa-f](?:(?:[ :]|%|\\{1,8}(?:x|u00)|;&#[xX])?[0-9A-Fa-f])+/g
const HEX_MARK = /[ :]|%|\\{1,8}(?:x|u00)|;&#[xX]/g

function decode(text: string, encoding: 'base64' | 'hex'): string {
  return Buffer.from(text, encoding).toString()
}

/** Whether as many characters in a row are printable: what an ordinary word decodes to is mostly not. */
function hasText(decoded: string, length: number): boolean {
  return decoded.split(/[\u0000-\u0008\u000e-\u001f\u007f\ufffd]+/).some((part) => part.length >= length)
}
