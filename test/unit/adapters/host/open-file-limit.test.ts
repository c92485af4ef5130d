import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { assertOpenFileLimit } from '../../../../src/adapters/host/open-file-limit.ts'
import { toDrayError } from '../../../../src/deploy/execute/failure.ts'
import { temporaryApp } from '../../../support/temporary-directory.ts'

const limits = (
  soft: string,
): string => `Limit                     Soft Limit           Hard Limit           Units
Max open files            ${soft.padEnd(20)} 1048576              files
Max locked memory         8388608              8388608              bytes
`

test.each([
  ['1024', 10],
  ['1024', 49],
  ['4096', 50],
  ['unlimited', 50],
  ['20', 1],
])('a limit of %s is enough for %i hosts', async (soft, hosts) => {
  const directory = await temporaryApp({ limits: limits(soft) })
  await assertOpenFileLimit(hosts, join(directory, 'limits'))
})

test('a limit that a deploy would reach is named before anything is connected', async () => {
  const directory = await temporaryApp({ limits: limits('1024') })
  await expect(assertOpenFileLimit(50, join(directory, 'limits'))).rejects.toMatchObject({
    code: 'OPEN_FILE_LIMIT',
    exitCode: 3,
    message:
      'A deploy to 50 hosts needs 1040 open files and connections at a time, and this machine lets dray have 1024.',
    hint: expect.stringContaining('`ulimit -n 1040` as root') as string,
  })
})

test('a system without /proc has no limit to read', async () => {
  await assertOpenFileLimit(50, '/nowhere/limits')
})

test('a program that cannot be started for want of file descriptors is no missing program', () => {
  const script = `
    import { closeSync, openSync } from 'node:fs'
    import { startChild } from './src/adapters/host/child.ts'
    const opened = []
    try { for (;;) opened.push(openSync('/dev/null')) } catch {}
    let said
    try { startChild('true', []) } catch (error) { said = error }
    for (const it of opened) closeSync(it)
    process.stdout.write(said.code + ' ' + said.message)`
  const limited = 'ulimit -n 100; exec "$0" --import tsx --input-type module --eval "$1"'
  expect(execFileSync('sh', ['-c', limited, process.execPath, script], { encoding: 'utf8' })).toBe(
    'OPEN_FILE_LIMIT This machine lets dray open no more files and connections (EMFILE in spawn true).',
  )
})

test('a failed system call for the same reason is no bug of dray', () => {
  const error = (code: string): Error => Object.assign(new Error(`open ${code}`), { code, syscall: 'open' })
  expect(toDrayError(error('EMFILE'))).toMatchObject({ code: 'OPEN_FILE_LIMIT', exitCode: 3 })
  expect(toDrayError(error('ENFILE')).message).toContain('lets its programs open no more')
  expect(toDrayError(error('EBADF'))).toMatchObject({ code: 'INTERNAL' })
})
