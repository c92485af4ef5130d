import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { composeFunction } from '../../src/adapters/compose/compose-function.ts'
import { valueHashes } from '../../src/adapters/directory/env/value-hashes.ts'
import { LocalRunner } from '../../src/adapters/host/local-runner.ts'
import { randomCases } from '../support/random-cases.ts'
import { temporaryApp } from '../support/temporary-directory.ts'

/** Hashes an env file with awk alone where every line is plain, and with Compose in any case. */
const script = `
cd "$1"
awk() { case $* in *plain=*) return 1 ;; *) command awk "$@" ;; esac; }
${composeFunction}${valueHashes}
value_hashes "$1/.env" "$1/names" "$1/compose" | sort > by-compose
unset -f awk
here=$PWD
compose() { echo used >> "$here/compose-used"; }
value_hashes "$1/.env" "$1/names" "$1/awk" | sort > by-awk
`

const hashesOf = async (env: string, names: readonly string[]) => {
  const directory = await temporaryApp({ '.env': env, names: names.map((name) => `${name}\n`).join('') })
  await using runner = new LocalRunner()
  const { exitCode, stderr } = await runner.run(['sh', '-c', script, 'sh', directory], {
    env: { DRAY_TEST_HOME: '/somewhere' },
  })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  const read = (file: string) => readFile(join(directory, file), 'utf8')
  const isPlain = await read('compose-used').then(
    () => false,
    () => true,
  )
  return { byCompose: await read('by-compose'), byAwk: await read('by-awk'), isPlain }
}

test('the hash of a plain value is that of what Compose reads', async () => {
  const piece = fc.constantFrom(
    ...['a', 'Z9', '_', '.', ',', ':', '@', '%', '+', '=', '/', '-', 'true', '07', '1e3'],
  )
  const rare = fc.constantFrom(' ', '#', '$A', '\\', '~', '!', '&', 'ü', '"', "'", '\t', '\r')
  const text = fc
    .array(fc.oneof({ weight: 60, arbitrary: piece }, { weight: 1, arbitrary: rare }), { maxLength: 6 })
    .map((parts) => parts.join(''))
  const value = fc.tuple(text, text, fc.constantFrom('', '', '"', "'")).map(([one, other, quote]) => {
    return quote === '' ? one : `${quote}${one} ${other}${quote}`
  })
  const line = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constantFrom('', '', 'export '), value) },
    { weight: 1, arbitrary: fc.constantFrom('', '# a comment, "A=1', '#') },
  )
  const { cases, label } = randomCases(fc.array(line, { maxLength: 8 }), 40)
  let plain = 0
  for (const lines of cases) {
    // Some names are there twice: the last one counts.
    const rendered = lines.map((it, index) =>
      typeof it === 'string' ? it : `${it[0]}V${index % 6}=${it[1]}`,
    )
    const env = rendered.map((it) => `${it}\n`).join('')
    const { byCompose, byAwk, isPlain } = await hashesOf(env, ['V0', 'V1', 'V2', 'V3', 'V4', 'V5', 'UNSET'])
    if (!isPlain) continue
    plain += 1
    expect(byAwk, `${label}: ${env}`).toBe(byCompose)
  }
  expect(plain).toBeGreaterThan(cases.length / 3)
})

test.each([
  'A=$HOME',
  'A=a b',
  'A="a\\nb"',
  'A="two\nlines"',
  'A = b',
  'A: b',
  'A=b # comment',
  'A="b" # comment',
  'A=b\r',
  'A=ü',
  'A="it\'s"',
  'export  A=b',
  'DRAY_TEST_HOME=b',
  'A',
])('Compose reads the value itself in %j', async (line) => {
  expect(await hashesOf(`${line}\n`, ['A', 'DRAY_TEST_HOME'])).toMatchObject({ isPlain: false })
})
