import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { keyNames } from '../../../../../src/adapters/directory/scripts.ts'
import { oddLines } from '../../../../../src/adapters/directory/env/odd-lines.ts'
import { LocalRunner } from '../../../../../src/adapters/host/local-runner.ts'
import { temporaryApp } from '../../../../support/temporary-directory.ts'

/** The odd lines of a file, as the host prints them. */
async function oddLinesOf(text: string | Uint8Array, known = ''): Promise<string[]> {
  const path = await temporaryApp()
  await writeFile(join(path, '.env'), text)
  await using runner = new LocalRunner()
  const script = `${keyNames}${oddLines}\nodd_lines "$1" "$2"`
  const { stdout, stderr } = await runner.run(['sh', '-c', script, 'sh', join(path, '.env'), known])
  expect(stderr).toBe('')
  return stdout.split('\n').filter((line) => line !== '')
}

test.each<[string, string, string[]]>([
  ['an ordinary file', 'A=1\n# B\n\nC="x y" # why\nD=\'$5\'\nE="\\$5"\nF=$$5\n', []],
  ['a hash of bcrypt', 'A=1\nHASH=$2b$12$abcdef\n', ['dollar 2 HASH']],
  ['a `$` before a name without a value', 'KEY=ab$cd\nOTHER="ab${cd}"\n', ['dollar 1 KEY', 'dollar 2 OTHER']],
  ['`$` before a digit, which stays', 'A=$2b$12$\nB="$5"\n', []],
  ['an odd brace', 'A=${1}\nB=${b\n', ['dollar 1 A', 'dollar 2 B']],
  ['references that have a value', 'A=1\nB=$A-${A}\nC=${X:-1}${Y-2}\nD=$HOME\nE=$KNOWN\n', []],
  ['a reference to a later line', 'B=$A\nA=1\n', ['dollar 1 B']],
  ['`$` in a comment', 'A=1 # $x\n# $y\n', []],
  ['`$` in a later line of a value', 'A="1\n$x"\nB=\'1\n$x\'\n', ['dollar 2 A']],
  ['a dollar sign alone', 'A=5$\nB=$ 5\nC=a$-b\n', []],
  ['lines that set nothing', 'A=1\nJUST_A_NAME\n-----END\n', ['statement 2', 'statement 3']],
  ['an open quote', 'A=1\nB="x\nC=2\n', ['quote 2 B']],
  ['export, and blanks before the sign', 'export A=1\nB =2\n', ['raw 1', 'raw 2']],
  ['Windows line ends', 'A=1\r\nB="2"\r\n\r\n', []],
  ['COMPOSE_FILE, and no other', 'COMPOSE_PROFILES=a\nCOMPOSE_FILE=a.yml\n', ['files 2 COMPOSE_FILE']],
])('%s', async (_what, text, lines) => {
  expect(await oddLinesOf(text, 'KNOWN')).toEqual(lines)
})

test('UTF-16', async () => {
  expect(await oddLinesOf(Buffer.from('\uFEFFA=1\n', 'utf16le'))).toEqual(['encoding 1'])
})
