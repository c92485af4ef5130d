import { afterAll, beforeAll, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { testToken } from '../../support/net/registry.ts'
import { expectRefusal } from './support/expect-refusal.ts'
import { TrialApp, type Change } from './support/trial-app.ts'

const app = new TrialApp({ net: attachTestNet(), server: 'srv1', name: 'bad-output', port: 8187 })

beforeAll(() => app.start())
afterAll(() => app.remove())

const secrets = ['trial-app-secret', testToken]

/** A secret as programs print it; the base64 at each alignment. */
const spell = (secret: string): string[] => [
  ...['', 'a', 'ab'].map((before) => Buffer.from(before + secret).toString('base64')),
  Buffer.from(secret).toString('hex'),
  Buffer.from(secret, 'utf16le').toString('base64'),
  JSON.stringify(JSON.stringify(secret)),
  secret.replaceAll('-', '%2D'),
  secret.replaceAll('-', String.raw`\-`),
]
const spellings = secrets.flatMap(spell)

function expectNoSecret(said: string): void {
  for (const text of [...secrets, ...spellings]) expect(said).not.toContain(text.replace(/=+$/, ''))
}

/** Prints a colour, a bell and what it knows, secrets too, and fails. */
const tellsAll: Change = {
  tag: 'v2',
  config: `tasks:
  migrate:
    service: app
    run: [sh, -c, 'printf "\\033[31mred\\033[0m \\007 $SESSION_SECRET ${testToken}\\n"; printf "%s\\n" "$@"; exit 3', sh, ${spellings.map((it) => JSON.stringify(it)).join(', ')}]
    when: before
`,
}

test('reports a failed task without the token and control characters', async () => {
  const before = await app.state()
  const { exitCode, stdout, stderr } = await app.deploy(tellsAll)
  expect(exitCode).toBe(1)
  expect(stderr).toContain('[TASK_FAILED]')
  expect(stderr).toContain('exited with code 3')
  expectNoSecret(stdout + stderr)
  expect(stderr.match(/│ \[redacted\]/g)?.length).toBeGreaterThanOrEqual(8)
  expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/)
  expect(stderr).toContain('red')
  expect(await app.state()).toBe(before)
})

test('--json prints a failure as one line of JSON, without the token', async () => {
  const { exitCode, stdout } = await app.deploy({
    ...tellsAll,
    argv: ['deploy', 'test', '--tag', 'v2', '--json'],
  })
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { version: number; type: string; failure?: unknown })
  expect(exitCode).toBe(1)
  expect(new Set(events.map(({ version }) => version))).toEqual(new Set([1]))
  expect(events.filter(({ type }) => type === 'failed')).toEqual([
    expect.objectContaining({
      failure: expect.objectContaining({ code: 'TASK_FAILED', exitCode: 1 }) as unknown,
    }),
  ])
  expectNoSecret(stdout)
})

test('reports a missing file of deploy-time values as an error of dray, not of Node', async () => {
  expectRefusal(await app.deploy({ options: ['--env-file', '.env.deploy'] }), {
    code: 'ENV_FILE_INVALID',
    exitCode: 2,
    says: /\.env\.deploy does not exist/,
    hint: 'dray deletes it after reading it',
  })
})

test("--debug shows the stack of a failure after the host's output", async () => {
  const { stderr } = await app.deploy({ host: 'deploy@nowhere.invalid', options: ['--debug'] })
  expect(stderr).toMatch(
    /Could not resolve hostname[^]*the stack:[^]*DrayError: deploy@nowhere\.invalid does not answer[^]* at /,
  )
  const plain = await app.deploy({ host: 'deploy@nowhere.invalid' })
  expect(plain.stderr).not.toContain('the stack')
})
