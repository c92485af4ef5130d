import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startChild } from '../../../../src/adapters/host/child.ts'
import { toDrayError } from '../../../../src/deploy/execute/failure.ts'

/** What `act` says in a process whose user may have no more processes; one of root has another user then, since root has no limit. */
function saidAtLimit(act: string): string {
  const script = `
    import { execFileSync } from 'node:child_process'
    import { LocalRunner } from './src/adapters/host/local-runner.ts'
    import { SshRunner } from './src/adapters/host/ssh-runner.ts'
    const act = async () => { ${act} }
    if (process.getuid() === 0) {
      process.setgid(65534)
      process.setuid(65534)
    }
    execFileSync('prlimit', ['--nproc=1', '--pid', String(process.pid)])
    const said = await act().then(() => 'done', ({ code, message }) => code + ' ' + message)
    process.stdout.write(said)`
  const argv = ['--import', 'tsx', '--input-type', 'module', '--eval', script]
  return execFileSync(process.execPath, argv, { encoding: 'utf8' })
}

test('a program that cannot be started for want of processes is no missing program', () => {
  expect(saidAtLimit("await new LocalRunner().run(['true'])")).toBe(
    'PROCESS_LIMIT This machine starts no more programs for dray (EAGAIN in spawn true).',
  )
})

test('its stream says the same', () => {
  expect(saidAtLimit("await new LocalRunner().open(['true']).ended")).toContain('PROCESS_LIMIT')
})

test('so does one on the own terminal', () => {
  expect(saidAtLimit("await new LocalRunner().attach(['true'], {})")).toContain('PROCESS_LIMIT')
})

test('an ssh that cannot be started for want of processes is no missing ssh', () => {
  expect(saidAtLimit("await new SshRunner('a.example.com').connect()")).toBe(
    'PROCESS_LIMIT This machine starts no more programs for dray (EAGAIN in spawn ssh).',
  )
})

test('a program that is missing has the exit code of a shell', async () => {
  expect(await startChild('no-such-program', []).ended).toEqual({ exitCode: 127 })
})

test('ends the processes that a program started', async () => {
  const child = startChild('sh', ['-c', 'sleep 1000 & echo $!; wait'])
  const [chunk] = (await once(child.process.stdout, 'data')) as [Buffer]
  child.end()
  await child.ended
  await expect.poll(() => isRunning(Number(chunk.toString())), { timeout: 60_000 }).toBe(false)
})

function isRunning(pid: number): boolean {
  try {
    // A zombie is waiting for its parent.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

test('too little memory for a program is no bug of dray', () => {
  const error = (syscall: string): Error =>
    Object.assign(new Error(`${syscall} ENOMEM`), { code: 'ENOMEM', syscall })
  expect(toDrayError(error('spawn ssh'))).toMatchObject({
    code: 'PROCESS_LIMIT',
    exitCode: 3,
    hint: expect.stringContaining('Memory is short') as string,
  })
  expect(toDrayError(error('read'))).toMatchObject({ code: 'INTERNAL' })
})
