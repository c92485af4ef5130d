import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { renderManual } from '../../src/cli/help/render-manual.ts'
import { createTerminalStyle } from '../../src/ui/terminal/terminal-style.ts'
import { widthOf } from '../../src/ui/terminal/text-width.ts'
import { root } from '../../scripts/docs/generated-files.ts'
import { configSchema } from '../../src/config/schema.ts'
import { parseCommandLine } from '../support/docs/parse-command-line.ts'
import { load } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

const style = (columns?: number) => createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false, columns })
const byName = commands.map((command) => [command.name, command] as const)

/** The words of an example that stand after `dray`, up to what the shell does with it. */
function wordsOf(example: string): string[] {
  const [, line = ''] = /\bdray ([^<>|)]*)/.exec(example) ?? []
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '')
}

describe.each(byName)('dray %s', (name, command) => {
  test('has examples, which the parser understands and which lack no argument', async () => {
    expect(command.examples.length).toBeGreaterThanOrEqual(2)
    for (const example of command.examples) {
      const parsed = await parseCommandLine(wordsOf(example.command))
      expect(parsed.name).toBe(name)
      const needed = command.arguments.filter((it) => it.optional !== true && it.variadic !== true)
      const given = Object.values(parsed.input.arguments).filter((value) => value !== undefined)
      // `dray task production` is the one form in which the argument that may be left out comes first.
      expect(given.length).toBeGreaterThanOrEqual(needed.length)
    }
  })

  test('has a page, and a place on it where it names one', () => {
    const [page = '', anchor] = command.docs.split('#')
    expect(existsSync(`${root}/${page}`)).toBe(true)
    const headings = readFileSync(`${root}/${page}`, 'utf8').matchAll(/^#+ (.*)$/gm)
    const anchors = [...headings].map(([, text = '']) =>
      text
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    )
    if (anchor !== undefined) expect(anchors).toContain(anchor)
  })

  test('refers to commands that there are', () => {
    expect(commands.map((it) => it.name)).toEqual(expect.arrayContaining([...(command.seeAlso ?? [])]))
  })

  test.each([40, 60, 80, 100, 200])('has a help that fits into %i columns', (columns) => {
    const lines = renderManual(command, style(columns)).split('\n')
    expect(lines.filter((line) => widthOf(line) > columns)).toEqual([])
  })

  test('prints the same for `help COMMAND` and `COMMAND --help`', async () => {
    const [before, after] = [await runCli(['help', name], { cwd }), await runCli([name, '--help'], { cwd })]
    expect(before).toEqual(after)
    for (const part of ['Usage: ', 'Examples:', 'Exit codes:', 'Environment variables:', 'See also:'])
      expect(after.stdout).toContain(part)
  })
})

const cwd = tmpdir()

test('a page of the help, as it is', () => {
  const history = commands.find(({ name }) => name === 'history')
  if (history === undefined) throw new Error('There is no dray history.')
  expect(renderManual(history, style(80))).toMatchInlineSnapshot(`
    "Usage: dray history ENVIRONMENT [RELEASE] [OPTIONS]

    List deploys and rollbacks, newest first.

    Reads the archived releases and the journal on the server. For each deploy it
    shows release, tag, time, user, duration (without connecting and the lock),
    outcome and reason, what it changed (services with another image, the number of
    files and of variables of \`.env\`), and whether the release is archived for a
    rollback. Tasks run by hand are listed below.

    Arguments:
      ENVIRONMENT  An environment in dray.yml, or \`local\` without a dray.yml.
      RELEASE      An archived release, such as \`r41\` or \`41\`, or its tag: its
                   images by digest, its files and the names of its variables are
                   shown in place of the list.

    Options:
      --limit <COUNT>  Number of entries (default: 20).
      --steps          With each step of the plan and its duration; as JSON, also
                       the counts of the probe over time.

    Options of all commands:
      --config <FILE>  Configuration file (default: dray.yml in the current
                       directory).
      --json           Print versioned JSON to standard output, one object per line.
      --plain          Print plain lines instead of a live display.
      --no-color       Do not print colours.
      --debug          Print the stack trace of an error.
      -h, --help       Print this help.

    Examples:
      dray history production         the last 20 entries
      dray history production --limit 100
                                      the last 100 entries
      dray history production --limit 1 --steps
                                      what the last deploy spent its time on
      dray history production --json  for a script
      dray history production r41     what release r41 consists of

    Exit codes:
      0    Success.
      2    Invalid usage or configuration; nothing was changed.
      3    A requirement is missing, such as a reachable host or a login.
      4    A bug in dray, or an operator has to act.
      130  Cancelled.

    Files:
      dray.yml     The environments. \`--config\` selects another file. \`dray help
                   dray.yml\` lists every key.
      PATH/.dray/  On the server: archived releases, the journal, the lock.

    Environment variables:
      DRAY_SSH_KEY          Private key for the servers, as the content of its file,
                            if no agent and no \`~/.ssh\` has one. Stored in a file
                            only while dray runs.
      DRAY_SSH_KNOWN_HOSTS  Host keys of the servers, as lines of \`known_hosts\`. If
                            it is set, no other keys are accepted.
      NO_COLOR              No colours.

    See also:
      dray diff, dray rollback, docs/rollback.md in dray's repository
    "
  `)
})

test('`help dray.yml` prints a valid dray.yml with every key, described', async () => {
  const { exitCode, stdout } = await runCli(['help', 'dray.yml'], { cwd })
  expect(exitCode).toBe(0)
  const config = await load(stdout.replace('docker-compose.production.yml', 'docker-compose.yml'))
  expect(config).toMatchObject({ app: 'shop' })
  for (const name of Object.keys(configSchema.shape))
    expect(stdout).toMatch(new RegExp(`^(#   )?${name}:`, 'm'))
  expect(stdout).toMatch(/^ +# Additional paths or patterns to ship/m)
})

test("options stand under their headings, and exit codes are the command's own", async () => {
  const logs = (await runCli(['help', 'logs'], { cwd })).stdout
  expect(logs).toMatch(/\nOptions:\n[^]*--follow[^]*\nSelection:\n[^]*--since[^]*\nFormat:\n/)
  const exec = (await runCli(['help', 'exec'], { cwd })).stdout
  expect(exec).toContain('The exit code of the command.')
  const deploy = (await runCli(['help', 'deploy'], { cwd })).stdout
  expect(deploy).toContain('  1    The deploy failed and was undone; the old release is serving.\n')
})

test('headings are bold on a terminal', () => {
  const [first] = commands
  if (first === undefined) throw new Error('There is no command.')
  const bold = renderManual(
    first,
    createTerminalStyle({ env: { FORCE_COLOR: '1' }, isTTY: true, columns: 80 }),
  )
  expect(bold).toContain('\u001b[1mExamples:')
})
