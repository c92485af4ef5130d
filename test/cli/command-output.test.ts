import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCommandOutput } from '../../src/cli/command/command-output.ts'
import type { JsonResult } from '../../src/cli/command/json-line.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { Secret } from '../../src/shared/secrets/secret.ts'
import { noInput } from '../support/run-cli.ts'

const options = { configPath: undefined, json: true, plain: true, color: true, debug: false }

function openOutput(secrets: Secret[] = []) {
  const said = { stdout: '', stderr: '' }
  const context = {
    cwd: '/',
    env: { FORCE_COLOR: '1' },
    stdin: noInput,
    stdout: { write: (text: string) => (said.stdout += text) },
    stderr: { write: (text: string) => (said.stderr += text) },
    secrets,
    signal: new AbortController().signal,
    clock: systemClock,
    reportInterrupt: () => undefined,
  }
  return { said, output: createCommandOutput({ options, values: { secrets } }, context) }
}

test('in JSON, masks each value on its own, never across two values', () => {
  const { said, output } = openOutput([new Secret('pa"ss\\word')])
  const fields = {
    url: 'http://localhost',
    host: 'deploy@test.example.com',
    authorization: null,
    said: 'is pa"ss\\word',
  }
  output.json({ type: 'any', ...fields } as unknown as JsonResult)
  expect(JSON.parse(said.stdout)).toMatchObject({ ...fields, said: 'is [redacted]' })
})

test('whatever the values are, the line is JSON, without secrets and control characters', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'https://a',
      'b@c',
      '"',
      'authorization:',
      'Bearer 0123456789abcdef',
      '\u001b[2J',
      'the secret',
    ),
  )
  fc.assert(
    fc.property(fc.dictionary(text, fc.oneof(text, fc.constant(null), fc.array(text))), (value) => {
      const { said, output } = openOutput([new Secret('the secret')])
      output.json({ type: 'any', value: Object.values(value) } as unknown as JsonResult)
      expect(said.stdout).not.toContain('the secret')
      const [line = ''] = said.stdout.split('\n')
      const read = JSON.parse(line) as { value: unknown[] }
      expect(read.value).toHaveLength(Object.keys(value).length)
      expect(JSON.stringify(read)).not.toMatch(/\\u001b|\\u0007/)
    }),
  )
})

test("text output keeps dray's colours and drops all other control characters", () => {
  const { said, output } = openOutput()
  output.print(`${output.style.colors.red('red')} \u001b]0;title\u0007\u001b[2Jtext`)
  expect(said.stdout).toBe('\u001b[31mred\u001b[39m text\n')
})
