import { expect, test } from 'vitest'
import { LocalRunner } from '../../src/adapters/host/local-runner.ts'
import { runAttached } from '../../src/cli/commands/operate/run-attached.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { Secret } from '../../src/shared/secrets/secret.ts'
import { guardCommands } from '../../src/ui/reporters/guard-commands.ts'
import { noInput } from '../support/run-cli.ts'
import { temporaryApp } from '../support/temporary-directory.ts'

const global = { configPath: undefined, json: false, plain: false, color: true, debug: false }
const script = String.raw`
  printf '\033]0;title\007the key is %s\n' first-5ecret
  echo '::add-mask::x'
  echo ' ##[error]y' >&2
  printf 'and given-5ecret'
  exit 7`

/** Runs a command as in a job of GitHub Actions, with standard output in a pipe, unless `isFile`. */
async function runInJob({ raw, isFile = false }: { raw?: true; isFile?: boolean } = {}) {
  const path = await temporaryApp({ '.env': 'API_KEY=first-5ecret\n' })
  const secrets = [new Secret('given-5ecret')]
  const said = { stdout: '', stderr: '' }
  const stream = (name: keyof typeof said) =>
    guardCommands({ write: (text: string) => (said[name] += text), isFile })
  await using runner = new LocalRunner()
  const place = {
    runner,
    path,
    values: {},
    onSecrets: (found: readonly Secret[]) => void secrets.push(...found),
  }
  const context = {
    cwd: '/',
    env: { GITHUB_ACTIONS: 'true' },
    stdin: noInput,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    secrets,
    signal: new AbortController().signal,
    clock: systemClock,
    reportInterrupt: () => undefined,
  }
  const exitCode = await runAttached(
    { argv: ['sh', '-c', script] },
    {
      app: { host: { runner }, place },
      environment: { options: global, values: { secrets } },
      options: raw ? { raw } : {},
    },
    context,
  )
  return { exitCode, ...said }
}

test('in a CI log, masks the secrets of the server and of dray, and defuses workflow commands', async () => {
  const { exitCode, stdout, stderr } = await runInJob()
  expect(exitCode).toBe(7)
  expect(stdout).toBe('the key is [redacted]\n: :add-mask::x\nand [redacted]\n')
  expect(stderr).not.toMatch(/^\s*##\[/m)
  expect(stderr).toContain('`--raw`')
})

test.each([[{ raw: true as const }], [{ isFile: true }]])(
  'passes the output on unchanged with %j',
  async (options) => {
    // It goes to the streams of this process.
    expect(await runInJob(options)).toEqual({ exitCode: 7, stdout: '', stderr: '' })
  },
)
