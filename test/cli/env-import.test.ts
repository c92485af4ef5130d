import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeProject } from '../support/make-project.ts'
import { runCli, type CliOptions } from '../support/run-cli.ts'

const files = {
  'compose.yml': 'services:\n  api:\n    image: ghcr.io/acme/shop\n    command: $COMMAND ${PORT:-80}\n',
  '.env.example': 'DATABASE_URL=\n',
}
const before = 'DATABASE_URL=old\nCOMMAND=run\nOLD=1\n'

/** Runs `dray env local …` beside this `.env`, and reads the file afterwards. */
async function run(words: readonly string[], options: Partial<CliOptions> & { before?: string } = {}) {
  const { before: text = before, ...rest } = options
  const cwd = await makeProject({ ...files, '.env': text })
  const result = await runCli(['env', 'local', ...words], { cwd, ...rest })
  return { ...result, cwd, after: await readFile(join(cwd, '.env'), 'utf8') }
}

describe('dray env import', () => {
  const input = 'DATABASE_URL=hunter2\nCOMMAND=run\nNEW=x\n'

  test('shows names that are added, changed and removed, asks, and replaces the file', async () => {
    const cwd = await makeProject({ ...files, '.env': before, 'new.env': input })
    const done = await runCli(['env', 'local', 'import', 'new.env'], { cwd, typed: ['y'] })
    expect(done.stderr).toContain('  + NEW\n  ~ DATABASE_URL\n  - OLD\nWrite these changes? [y/N] ')
    expect(done.stdout).toContain('✓ Set NEW, DATABASE_URL; removed OLD in')
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe(input)
    expect(done.stdout + done.stderr).not.toContain('hunter2')
    expect((await readdir(cwd)).filter((name) => name.startsWith('.env.before-'))).toHaveLength(1)
  })

  test.each([[['n']], [['']]])('writes nothing after %j', async (typed) => {
    const cwd = await makeProject({ ...files, '.env': before, 'new.env': input })
    const { stderr } = await runCli(['env', 'local', 'import', 'new.env'], { cwd, typed })
    expect(stderr).toContain('Nothing was written.')
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe(before)
  })

  test('reads standard input with --yes, and without a terminal asks for it', async () => {
    const refused = await run(['import'], { input })
    expect(refused).toMatchObject({ exitCode: 2, after: before })
    expect(refused.stderr).toContain('Pass `--yes`.')
    expect(await run(['import', '-', '--yes'], { input })).toMatchObject({ exitCode: 0, after: input })
  })

  test('says that a file cannot be read', async () => {
    const { exitCode, stderr, after } = await run(['import', 'new.env'], { typed: ['y'] })
    expect({ exitCode, after }).toEqual({ exitCode: 2, after: before })
    expect(stderr).toContain('new.env cannot be read (ENOENT).')
  })

  test('is also written `dray env import ENVIRONMENT`', async () => {
    const cwd = await makeProject({ ...files, '.env': before })
    expect((await runCli(['env', 'import', 'local', '-', '--yes'], { cwd, input })).exitCode).toBe(0)
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe(input)
  })

  test('takes a JSON object, such as the secrets of a workflow, with exactly its values', async () => {
    const values = { DATABASE_URL: "it's a $ecret\n# of two lines", COMMAND: 'run', COUNT: 3 }
    const { after } = await run(['import', '--yes'], { input: JSON.stringify(values) })
    expect(after).toBe(`DATABASE_URL="it's a \\$ecret\n# of two lines"\nCOMMAND=run\nCOUNT=3\n`)
  })

  test('keeps the other variables and the comments with --merge', async () => {
    const text = '# mine\nA="1\nNEW=no"\nNEW=1\nDATABASE_URL=x\nNEW=2\nCOMMAND=y'
    const { after } = await run(['import', '--merge', '--yes'], { before: text, input: 'NEW=3\n' })
    expect(after).toBe('# mine\nA="1\nNEW=no"\nDATABASE_URL=x\nCOMMAND=y\nNEW=3\n')
  })

  test('removes no variable that the app needs with --yes, and asks for it by name', async () => {
    const one = 'NEW=x\n'
    const refused = await run(['import', '--yes'], { input: one })
    expect(refused).toMatchObject({ exitCode: 3, after: before })
    expect(refused.stderr).toContain(
      'DATABASE_URL, COMMAND would be removed, and .env.example or the compose file needs them.',
    )
    const cwd = await makeProject({ ...files, '.env': before, 'new.env': one })
    const asked = await runCli(['env', 'local', 'import', 'new.env'], { cwd, typed: ['y'] })
    expect(asked.stderr).toContain(
      'Remove DATABASE_URL, COMMAND, which .env.example or the compose file needs?',
    )
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe(one)
  })

  test('refuses empty values, as of a secret that is not set, unless they are empty already', async () => {
    const empty = 'DATABASE_URL=\nCOMMAND=run\n'
    const refused = await run(['import', '--yes'], { input: empty })
    expect(refused).toMatchObject({ exitCode: 2, after: before })
    expect(refused.stderr).toContain('The value for DATABASE_URL is empty. Nothing was written.')
    expect(await run(['import', '--yes', '--empty'], { input: empty })).toMatchObject({ after: empty })
    expect(await run(['import', '--yes'], { input: empty, before: empty })).toMatchObject({ exitCode: 0 })
  })

  test('warns of a `$` that Compose would replace', async () => {
    const { stderr } = await run(['import', '--yes'], {
      input: "DATABASE_URL=a$b\nCOMMAND='$x'\nREF=$COMMAND\n",
    })
    expect(stderr).toContain('DATABASE_URL has a `$` that Compose replaces.')
    expect(stderr).not.toMatch(/(COMMAND|REF) has a/)
  })

  test.each([
    ['hunter2\n', 3, 'Not in the form NAME=value: line 1'],
    ['', 3, 'The new file has no variables.'],
    ['{"A": ["hunter2"]}', 2, 'not a JSON object of names and texts'],
  ])('refuses %j without repeating it', async (text, exitCode, says) => {
    const refused = await run(['import', '--yes'], { input: text })
    expect(refused).toMatchObject({ exitCode, after: before })
    expect(refused.stderr).toContain(says)
    expect(refused.stderr).not.toContain('hunter2')
  })
})

describe('a variable that the app needs', () => {
  test('is removed by `unset` after a question, or with --yes', async () => {
    expect(await run(['unset', 'DATABASE_URL'])).toMatchObject({ exitCode: 2, after: before })
    expect(await run(['unset', 'DATABASE_URL'], { typed: ['n'] })).toMatchObject({ after: before })
    const after = 'COMMAND=run\nOLD=1\n'
    const asked = await run(['unset', 'DATABASE_URL'], { typed: ['y'] })
    expect(asked.stderr).toContain('Remove DATABASE_URL, which .env.example or the compose file needs?')
    expect(asked.after).toBe(after)
    expect((await run(['unset', 'DATABASE_URL', '--yes'])).after).toBe(after)
  })

  test('is removed by `edit` after a question', async () => {
    const env = { EDITOR: `sed -i /COMMAND/d` }
    const declined = await run(['edit'], { env, typed: ['n'] })
    expect(declined.stderr).toContain('Remove COMMAND, which .env.example or the compose file needs?')
    expect(declined.after).toBe(before)
    expect((await run(['edit'], { env, typed: ['y'] })).after).toBe('DATABASE_URL=old\nOLD=1\n')
  })

  test.each([[['edit', '--yes']], [['edit']]])('is not removed unasked by %j', async (words) => {
    const env = { EDITOR: `sed -i '/COMMAND/d; /OLD/d'` }
    const refused = await run(words, { env })
    expect(refused).toMatchObject({ exitCode: 3, after: before })
    expect(refused.stderr).toContain('[ENV_NEEDED]')
    expect(refused.stderr).toContain(
      'COMMAND would be removed, and .env.example or the compose file needs it.',
    )
    expect(refused.stderr).toContain('remove it by name first: `dray env local unset COMMAND --yes`')
    expect((await run(['edit'], { env: { EDITOR: 'sed -i /OLD/d' } })).after).toBe(
      'DATABASE_URL=old\nCOMMAND=run\n',
    )
  })
})

describe('dray env restore', () => {
  test('puts the file back that the last change replaced, and back again', async () => {
    const cwd = await makeProject({ ...files, '.env': before })
    const dray = (...words: string[]) => runCli(['env', 'local', ...words], { cwd, input: '2' })
    const text = () => readFile(join(cwd, '.env'), 'utf8')
    await dray('set', 'OLD')
    const changed = await text()
    const { stdout, stderr } = await dray('restore', '--yes')
    expect(stderr).toMatch(/Restoring \.env\.before-\S+ on local\n.*\n {2}~ OLD\n/)
    expect(stdout).toContain('✓ Set OLD in')
    expect(await text()).toBe(before)
    await dray('restore', '--yes')
    expect(await text()).toBe(changed)
  })

  test('takes a copy by its name, and no other file', async () => {
    const cwd = await makeProject({ ...files, '.env': before, 'other.env': 'A=1\n' })
    await writeFile(join(cwd, '.env.before-1'), 'DATABASE_URL=1\nCOMMAND=1\n')
    await writeFile(join(cwd, '.env.before-2'), 'DATABASE_URL=2\nCOMMAND=2\n')
    const restore = (...words: string[]) => runCli(['env', 'local', 'restore', ...words, '--yes'], { cwd })
    for (const name of ['other.env', '.env.before-3', '.env.before-1/../other.env', '..']) {
      const { exitCode, stderr } = await restore(name)
      expect(exitCode).toBe(3)
      expect(stderr).toContain('There is no such copy of')
      expect(stderr).toContain('.env.before-2')
    }
    expect((await restore('.env.before-1')).exitCode).toBe(0)
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe('DATABASE_URL=1\nCOMMAND=1\n')
  })
})
