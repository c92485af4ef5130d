import { createHash, createHmac } from 'node:crypto'
import { readHashes } from '../file-hashes.ts'

/** The key of an app's hashes, in `.dray`, 256 bits in hexadecimal digits. */
export const HASH_KEY_NAME = 'hash-key'

/**
 * Shell function `value_hashes FILE NAMES DIRECTORY`: the SHA-256 of each variable's value as Compose reads it, in the form
 * of sha256sum; nothing if Compose cannot read the env file. NAMES has one variable per line; DIRECTORY is a private one for
 * files, which must not exist. Needs `compose`.
 */
export const valueHashes = `
value_hashes() (
  mkdir "$3" && cd "$3" || exit
  {
    printf 'services:\\n  any:\\n    image: any\\n    environment:\\n      DRAY_ANY: any\\n'
    grep -E '^[A-Za-z_][A-Za-z0-9_]*$' "$2" | sort -u | sed 's/.*/      DRAY_VALUE_&: "\${&-}"/'
  } > names.yml
  compose -p any -f names.yml --env-file "$1" config --format json 2> /dev/null | awk '
    match($0, /^[ \\t]*"DRAY_VALUE_[A-Za-z0-9_]+": /) {
      name = substr($0, 1, RLENGTH - 3)
      sub(/^[ \\t]*"DRAY_VALUE_/, "", name)
      value = substr($0, RLENGTH + 1)
      sub(/,$/, "", value)
      file = "value." name
      print value > file
      close(file)
    }'
  find . -name 'value.*' -exec sha256sum {} +
)
`

/** The output of \`value_hashes\`, by variable, each keyed. A short value cannot be guessed from it without the key. */
export function readValueHashes(text: string, key: string): Map<string, string> {
  return new Map(
    [...readHashes(text)].map(([file, hash]) => {
      const name = file.replace(/^\.\/value\./, '')
      return [name, keyedHash(name, hash, key)]
    }),
  )
}

/** The same for a value that is known here. It differs from the hash of the same value in an env file. */
export function hashValue(name: string, value: string, key: string): string {
  return keyedHash(name, createHash('sha256').update(value).digest('hex'), key)
}

/** Whether a hash from a host is that of an empty value, or of a variable that is not set. */
export function isHashOfNothing(name: string, hash: string, key: string): boolean {
  return hash === keyedHash(name, createHash('sha256').update('""\n').digest('hex'), key)
}

/** HMAC-SHA-256 of a variable's name and the SHA-256 of its value. */
function keyedHash(name: string, valueHash: string, key: string): string {
  return createHmac('sha256', Buffer.from(key, 'hex')).update(`${name}\0${valueHash}`).digest('hex')
}
