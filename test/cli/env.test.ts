import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeProject } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

const files = {
  'compose.yml':
    'services:\n  api:\n    image: ghcr.io/acme/shop:${IMAGE_TAG:-latest}\n    env_file: .env\n    ports: ["${PORT:-80}:80"]\n    command: $COMMAND\n',
  '.env.example': 'DATABASE_URL=\nSESSION_SECRET=\n',
}
const secret = "it's a $ecret # of two\nlines"

describe('dray env', () => {
  test('lists names beside those of .env.example and the compose file, and no value', async () => {
    const cwd = await makeProject({ ...files, '.env': 'DATABASE_URL=hidden-value\nSESSION_SECRET=\nOLD=1\n' })
    await chmod(join(cwd, '.env'), 0o644)
    const { exitCode, stdout, stderr } = await runCli(['env', 'local'], { cwd })
    expect(exitCode).toBe(0)
    expect(stdout.replace(cwd, '/srv/shop'))
      .toBe(`/srv/shop/.env on local: mode 644, 3 variables, 1 missing, 1 empty, 1 unlisted
 ✗  COMMAND         missing  compose file  used in the compose file, without a default
 ▲  SESSION_SECRET  empty    .env.example
 ▲  OLD             set                    not in .env.example; services read it through \`env_file\`
 ✓  DATABASE_URL    set      .env.example
 ·  PORT            not set  compose file  optional in the compose file
`)
    expect(stderr).toContain('chmod 600')
    expect(stdout + stderr).not.toContain('hidden-value')
  })

  test('lists for programs', async () => {
    const cwd = await makeProject({ ...files, '.env': 'DATABASE_URL=hidden-value\n' })
    const { stdout } = await runCli(['env', 'local', 'list', '--json'], { cwd })
    const line = JSON.parse(stdout) as Record<string, unknown>
    expect(line).toMatchObject({ version: 1, type: 'env.listed', environment: 'local', host: 'local' })
    expect(line['variables']).toContainEqual({
      name: 'SESSION_SECRET',
      state: 'missing',
      inExample: true,
      inCompose: 'env-file',
      verdict: 'missing',
    })
    expect(stdout).not.toContain('hidden-value')
  })

  test('takes no value that no program can be started with', async () => {
    const cwd = await makeProject({ ...files, '.env': 'A=1\n' })
    const input = 'x'.repeat(128 * 1024 + 1)
    const { exitCode, stderr } = await runCli(['env', 'local', 'set', 'KEY'], { cwd, input })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('The value for KEY is longer than 128 KiB. Nothing was written.')
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe('A=1\n')
  })

  test('sets a variable from standard input, without its last line break, and shows nothing of it', async () => {
    const cwd = await makeProject({ ...files, '.env': 'A=1\n' })
    const { exitCode, stdout, stderr } = await runCli(['env', 'local', 'set', 'KEY'], {
      cwd,
      input: `${secret}\n`,
    })
    expect(exitCode).toBe(0)
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe(`A=1\nKEY="it's a \\$ecret # of two\nlines"\n`)
    expect(stdout).toMatch(
      /^✓ Set KEY in .*\/\.env on local\. The old file is kept as \.env\.before-\d{8}T\d{6}Z\.\n$/,
    )
    expect(stderr).toContain('until the next `dray deploy local`')
    expect(stdout + stderr).not.toContain('ecret')
    expect(await readFile(join(cwd, '.dray/journal.ndjson'), 'utf8')).not.toContain('ecret')
    const again = await runCli(['env', 'local', 'set', 'KEY', '--json'], { cwd, input: secret })
    expect(JSON.parse(again.stdout)).toMatchObject({
      type: 'env.changed',
      outcome: 'unchanged',
      set: ['KEY'],
    })
    expect((await runCli(['env', 'local', 'set', 'KEY'], { cwd, input: secret })).stdout).toMatch(
      /^✓ Nothing to do: .*\/\.env on local already has this value\.\n$/,
    )
  })

  test('takes a variable away', async () => {
    const cwd = await makeProject({ ...files, '.env': 'A=1\nB=2\n' })
    expect((await runCli(['env', 'local', 'unset', 'A'], { cwd })).stdout).toContain('Removed A in')
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe('B=2\n')
    expect((await runCli(['env', 'local', 'unset', 'A'], { cwd })).stdout).toMatch(
      /^✓ Nothing to do: A is not set in .*\/\.env on local\.\n$/,
    )
  })

  test.each<[string[], string, RegExp]>([
    [['set', 'KEY'], '', /value for KEY is empty.*--empty/s],
    [
      ['set', 'KEY=hunter2'],
      'x',
      /value of KEY must not be given on the command line.*dray env local set KEY/s,
    ],
    [['set', 'KEY', 'hunter2'], 'x', /Too many arguments/],
    [['set'], 'x', /variable to set is missing/],
    [['set', '1KEY'], 'x', /not a valid variable name/],
    [['list', 'KEY'], '', /does not accept a variable/],
    [['KEY=hunter2'], '', /has no action `KEY`/],
    [['sett', 'KEY'], '', /Did you mean `dray env local set`/],
  ])('%j is refused, and nothing is written', async (words, input, says) => {
    const cwd = await makeProject({ ...files, '.env': 'A=1\n' })
    const { exitCode, stderr } = await runCli(['env', 'local', ...words], { cwd, input })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(says)
    expect(stderr).not.toContain('hunter2')
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe('A=1\n')
  })
})

describe('dray env edit', () => {
  const edit = async (cwd: string, editor: string) =>
    runCli(['env', 'local', 'edit'], { cwd, env: { EDITOR: editor } })
  /** An editor that appends a line, and notes where its file was. */
  const appending = async (cwd: string, line: string): Promise<string> => {
    const script = join(cwd, 'editor')
    await writeFile(
      script,
      `#!/bin/sh\nstat -c '%a %n' "$1" >'${cwd}/seen'\necho "${line}" >>"$1"\ntouch "$1.swp"\n`,
    )
    await chmod(script, 0o755)
    return `'${script}'`
  }
  const copiesOf = async (cwd: string): Promise<string[]> => {
    const [, file = ''] = /^600 (.*)\n$/.exec(await readFile(join(cwd, 'seen'), 'utf8')) ?? []
    return readdir(join(file, '..')).catch(() => [])
  }

  test('stores the edited file, prints names only, and leaves no copy', async () => {
    const cwd = await makeProject({ ...files, '.env': 'A=1\n' })
    const { exitCode, stdout, stderr } = await edit(cwd, await appending(cwd, 'B=hunter2'))
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    expect(stdout).toContain('✓ Set B in')
    expect(stdout + stderr).not.toContain('hunter2')
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe('A=1\nB=hunter2\n')
    expect(await copiesOf(cwd)).toEqual([])
  })

  test('begins as .env.example where there is no .env', async () => {
    const cwd = await makeProject(files)
    expect((await edit(cwd, await appending(cwd, 'B=2'))).exitCode).toBe(0)
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe('DATABASE_URL=\nSESSION_SECRET=\nB=2\n')
  })

  test('writes nothing when nothing was changed', async () => {
    const cwd = await makeProject({ ...files, '.env': 'A=1\n' })
    const { exitCode, stderr } = await edit(cwd, 'true')
    expect(exitCode).toBe(0)
    expect(stderr).toContain('The file is unchanged.')
    expect(await readdir(cwd)).not.toContain('.dray')
  })

  test.each([
    ['a line that is no assignment', 'hunter2', 3, 'Not in the form NAME=value: line 2'],
    ['a quote that nothing ends', "B='hunter2", 3, 'Not in the form NAME=value: line 2'],
  ])('refuses %s, by its number, and leaves no copy', async (_, line, exitCode, says) => {
    const cwd = await makeProject({ ...files, '.env': 'A=1\n' })
    const result = await edit(cwd, await appending(cwd, line))
    expect(result.exitCode).toBe(exitCode)
    expect(result.stderr).toContain(says)
    expect(result.stderr).not.toContain('hunter2')
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe('A=1\n')
    expect(await copiesOf(cwd)).toEqual([])
  })

  test('refuses a file that changed during the edit, and leaves no copy', async () => {
    const cwd = await makeProject({ ...files, '.env': 'A=1\n' })
    const { exitCode, stderr } = await edit(cwd, `echo C=3 >>'${cwd}/.env'; ${await appending(cwd, 'B=2')}`)
    expect(exitCode).toBe(3)
    expect(stderr).toContain('[ENV_CHANGED]')
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe('A=1\nC=3\n')
    expect(await copiesOf(cwd)).toEqual([])
  })

  test('says when the editor fails', async () => {
    const cwd = await makeProject({ ...files, '.env': 'A=1\n' })
    const { exitCode, stderr } = await edit(cwd, 'no-such-editor')
    expect(exitCode).toBe(3)
    expect(stderr).toContain('`no-such-editor` exited with code 127')
  })
})
