import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderRemoteCommand } from '../../../../src/adapters/host/remote-command.ts'

test('plain words stay readable', () => {
  expect(renderRemoteCommand(['docker', 'compose', '-f', 'a/b.yml', 'up'])).toBe(
    'exec docker compose -f a/b.yml up',
  )
})

test('everything else is in single quotes', () => {
  expect(renderRemoteCommand(['echo', "it's", '', '$x'])).toBe(`exec echo 'it'\\''s' '' '$x'`)
})

test('a backslash stands outside of the quotes, where it means the same to fish', () => {
  expect(renderRemoteCommand(['printf', 'a\\\\b\\n'])).toBe(String.raw`exec printf 'a'\\''\\'b'\\'n'`)
})

test('directory and environment are part of the command', () => {
  expect(renderRemoteCommand(['pwd'], { cwd: '/srv/my app', env: { A: 'b c' } })).toBe(
    `exec sh -c 'cd -- "$0" || exit; exec "$@"' '/srv/my app' env 'A=b c' pwd`,
  )
})

test('a mark shows where the output begins, on a server with a greeting', () => {
  const command = renderRemoteCommand(['echo', 'answer'], { cwd: '/', markOutput: true })
  const output = execFileSync('sh', ['-c', `echo Welcome; ${command}`], { encoding: 'utf8' })
  expect(output).toBe('Welcome\ndray-output\nanswer\n')
})

test('the login shell of a server passes every argument on as it is', () => {
  const argument = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 4 }), argument, (argv, value) => {
      const command = renderRemoteCommand(['printf', '%s\\0', 'x', ...argv], {
        cwd: '/',
        env: { VALUE: value },
      })
      const output = execFileSync('sh', ['-c', command], { encoding: 'utf8' })
      expect(output.split('\0').slice(1, -1)).toEqual(argv)
    }),
    { numRuns: 40 },
  )
})
