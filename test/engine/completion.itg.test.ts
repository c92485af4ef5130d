import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { mustRun, runCommand } from '../support/net/run-command.ts'
import { bash, fish, zsh, type StartableShell } from '../support/shells.ts'
import { TerminalProgram } from '../support/terminal.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const path = (): string => `${join(home, 'bin')}:${process.env['PATH'] ?? ''}`
let home: string
let app: string
let started: TerminalProgram | undefined

beforeAll(async () => {
  await mustRun(['node', join(repository, 'scripts/build.mjs')])
  home = await mkdtemp(join(tmpdir(), 'dray-shells-'))
  app = join(home, 'app')
  await mkdir(app)
  await mkdir(join(home, 'bin'))
  await symlink(join(repository, 'bin/dray'), join(home, 'bin/dray'))
  await writeFile(join(app, 'dray.yml'), 'environments: { production: { host: deploy@a.example.com } }\n')
  await writeFile(
    join(app, 'docker-compose.yml'),
    'services: { backend: { image: a }, worker: { image: b } }\n',
  )
  await writeFile(join(app, 'values.txt'), '')
})

afterEach(() => started?.kill())
afterAll(() => rm(home, { recursive: true, force: true }))

/** What is typed up to a Tab, and what the line is then. */
const lines: [string, string][] = [
  ['dray rollb', 'dray rollback '],
  ['dray deploy pro', 'dray deploy production '],
  ['dray logs production wor', 'dray logs production worker '],
  ['dray status --exit', 'dray status --exit-code '],
  ['dray exec production backend --host dep', 'dray exec production backend --host deploy@a.example.com '],
  ['dray run production backend --host=dep', 'dray run production backend --host=deploy@a.example.com '],
  ['dray compose production --host deploy@a', 'dray compose production --host deploy@a.example.com '],
  ['dray plan production --env-file val', 'dray plan production --env-file values.txt '],
]

/** Types each line on a terminal of its own session, with a Tab, and waits for what is to come of it. */
async function completeOnTerminal({ argv, env }: StartableShell, name: string): Promise<void> {
  const program = new TerminalProgram(argv, { columns: 100, rows: 50, env: { ...env, PATH: path() } })
  started = program
  await program.untilShown('$')
  program.type(`cd ${app} && source <(dray completion ${name}) && echo re''ady\r`)
  await program.untilShown('ready')
  for (const [typed, completed] of lines) {
    program.type(`${typed}\t`)
    await program.untilShown(completed.trimEnd())
    // A letter after it shows the space that a finished word gets; then the line is taken away.
    program.type('X')
    await program.untilShown(`${completed}X`)
    program.type('\u0015')
  }
}

describe('a Tab completes', () => {
  test('in bash', async () => {
    await completeOnTerminal(bash(home), 'bash')
  })

  test('in zsh', async () => {
    await completeOnTerminal(await zsh(home), 'zsh')
  })

  test('in fish, by its list of candidates', async () => {
    const { argv, env } = await fish(home)
    await mustRun(['sh', '-c', `dray completion fish > ${home}/dray.fish`], { env: { PATH: path() } })
    for (const [typed, completed] of lines) {
      const asked = `source ${home}/dray.fish; complete -C '${typed}'`
      const offered = await mustRun([...argv, '-c', asked], { cwd: app, env: { ...env, PATH: path() } })
      expect(offered.split('\t')[0]?.trim()).toBe(completed.split(' ').at(-2))
    }
  })
})

test('a Tab costs little more than starting Node', async () => {
  const cpuMs = async (...argv: string[]): Promise<number> => {
    const timed = await runCommand(['sh', '-c', '"$@" > /dev/null; times', 'sh', ...argv], { cwd: app })
    const [, user = '0'] = /\n\d+m([\d.]+)s/.exec(timed.stdout) ?? []
    return Number(user) * 1000
  }
  const best = async (...argv: string[]): Promise<number> => {
    const taken = [await cpuMs(...argv), await cpuMs(...argv), await cpuMs(...argv)]
    return Math.min(...taken)
  }
  const node = await best('node', '-e', '0')
  const dray = await best('node', join(repository, 'dist/dray.mjs'), 'completion', 'bash', '--', 'deploy', '')
  expect(dray).toBeLessThan(4 * node)
})
