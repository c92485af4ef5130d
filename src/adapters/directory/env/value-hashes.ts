import { createHash, createHmac } from 'node:crypto'
import { readHashes } from '../file-hashes.ts'

/** The key of an app's hashes, in `.dray`, 256 bits in hexadecimal digits. */
export const HASH_KEY_NAME = 'hash-key'

/** Characters that mean themselves in an env file, with quotes and without, and in JSON. */
const PLAIN = '[A-Za-z0-9_.,:@%+=/-]'

/**
 * Awk program: the values of the variables in the file `names`, each in a file of its own, as Compose prints them in JSON; exit code
 * 1 unless every line of the env file before it is plain. The variables of a process win over those of an env file.
 */
const plainValues = `
function refuse() { failed = 1; exit 1 }
FILENAME == "names" { if ($0 in ENVIRON) refuse(); names[$0]; next }
/^(#.*)?$/ { next }
!match($0, /^(export )?[A-Za-z_][A-Za-z0-9_]*=/) { refuse() }
{
  name = substr($0, 1, RLENGTH - 1)
  sub(/^export /, "", name)
  value = substr($0, RLENGTH + 1)
  quote = substr(value, 1, 1)
  if ((quote == "\\"" || quote == sq) && value ~ ("^" quote "(" plain "| )*" quote "$")) value = substr(value, 2, length(value) - 2)
  else if (value !~ ("^" plain "*$")) refuse()
  values[name] = value
}
END {
  if (failed) exit 1
  for (name in names) {
    file = "value." name
    print "\\"" values[name] "\\"" > file
    close(file)
  }
}
`

/**
 * Shell function `value_hashes FILE NAMES DIRECTORY`: the SHA-256 of each variable's value as Compose reads it, in the form
 * of sha256sum; nothing if Compose cannot read the env file. Compose reads it only if it has a line that is not plain, since that
 * costs as much as a whole model. NAMES has one variable per line; DIRECTORY is a private one for files, which must not exist.
 * Needs `compose`.
 */
export const valueHashes = `
value_hashes() (
  mkdir "$3" && cd "$3" || exit
  grep -E '^[A-Za-z_][A-Za-z0-9_]*$' "$2" | sort -u > names
  if ! awk -v sq="'" -v plain='${PLAIN}' '${plainValues}' "$1" names 2> error; then
    {
      printf 'services:\\n  any:\\n    image: any\\n    environment:\\n      DRAY_ANY: any\\n'
      sed 's/.*/      DRAY_VALUE_&: "\${&-}"/' names
    } > names.yml
    compose -p any -f names.yml --env-file "$1" config --format json 2> error | awk '
      match($0, /^[ \\t]*"DRAY_VALUE_[A-Za-z0-9_]+": /) {
        name = substr($0, 1, RLENGTH - 3)
        sub(/^[ \\t]*"DRAY_VALUE_/, "", name)
        value = substr($0, RLENGTH + 1)
        sub(/,$/, "", value)
        file = "value." name
        print value > file
        close(file)
      }'
  fi
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
