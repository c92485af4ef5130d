import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { runCli } from '../support/run-cli.ts'

const cwd = tmpdir()

describe('help and version', () => {
  test.each([[], ['--help'], ['-h'], ['help']])(
    'dray %s prints the commands on standard output',
    async (...argv) => {
      const { exitCode, stdout, stderr } = await runCli(argv, { cwd })
      expect(exitCode).toBe(0)
      expect(stdout).toMatch(/^Usage: dray COMMAND \[OPTIONS\]/)
      expect(stdout).toMatch(/^ {2}deploy ENVIRONMENT {2,}Deploy a tag without losing a request/m)
      expect(stderr).toBe('')
    },
  )

  test('the commands stand under four headings', async () => {
    const { stdout } = await runCli(['--help'], { cwd })
    const groups = [...stdout.matchAll(/^(.+):\n((?: {2}.*\n)+)/gm)].map(([, heading = '', lines = '']) => [
      heading,
      [...lines.matchAll(/^ {2}(\w+)/gm)].map(([, name = '']) => name).join(' '),
    ])
    expect(groups.slice(0, 4)).toEqual([
      ['Ship', 'build promote plan deploy rollback'],
      ['Inspect', 'status ui history diff disk secrets images'],
      ['Operate', 'logs exec run task compose env clean remove'],
      ['Set up', 'init check doctor setup gate upgrade completion'],
    ])
  })

  test.each([
    ['deploy', '--help'],
    ['help', 'deploy'],
  ])('dray %s %s shows arguments, options and examples', async (...argv) => {
    const { exitCode, stdout } = await runCli(argv, { cwd })
    expect(exitCode).toBe(0)
    for (const part of [
      'Usage: dray deploy ENVIRONMENT',
      '--env-file <FILE>',
      '--json',
      'Examples:',
      '  dray deploy test ',
    ]) {
      expect(stdout).toContain(part)
    }
  })

  test('no line of the help is wider than the terminal', async () => {
    const { stdout } = await runCli(['deploy', '--help'], { cwd })
    const widest = Math.max(...stdout.split('\n').map((line) => line.length))
    expect(widest).toBeLessThanOrEqual(100)
  })

  test.each(['--version', '-V'])('dray %s prints the version alone', async (flag) => {
    expect(await runCli([flag], { cwd })).toEqual({
      exitCode: 0,
      stdout: `${manifest.version}\n`,
      stderr: '',
    })
  })
})

describe('a command line that is not understood', () => {
  test.each<[string[], string, string]>([
    [['depoly'], 'Unknown command `depoly`.', 'Did you mean deploy?'],
    [['help', 'rollbak'], 'Unknown command `rollbak`.', 'Did you mean `dray help rollback`?'],
    [['help', 'zzzzzzz'], 'Unknown command `zzzzzzz`.', '`dray --help`'],
    [['deploy', 'test', '--tga', 'v1'], 'Unknown option `--tga`.', 'Did you mean --tag?'],
    [['--jsn'], 'Unknown option `--jsn`.', 'Did you mean --json?'],
    [['deploy', 'test', '--tag'], 'argument missing', 'Run `dray --help`.'],
    [
      ['deploy', 'test', 'v1'],
      'Too many arguments for `deploy`. Expected 1 argument but got 2.',
      'Did you mean `--tag v1`?',
    ],
    [['plan', 'test', 'v1'], 'Too many arguments for `plan`.', 'Did you mean `--tag v1`?'],
    [
      ['promote', 'test', 'production', 'v1'],
      'Too many arguments for `promote`. Expected 2 arguments but got 3.',
      'Did you mean `--tag v1`?',
    ],
    [['deploy', 'test', 'web', '--tag', 'v1'], 'Too many arguments', 'Run `dray deploy --help`'],
    [['deploy', 'test', 'v1', 'v2'], 'Too many arguments', 'Run `dray deploy --help`'],
    [['env', 'test', 'set', 'KEY', 'value'], 'Too many arguments for `env`.', 'Run `dray env --help`'],
    [['deploy', 'test', '--tag', ''], 'The value of --tag is empty.', 'check that the variable is set'],
    [
      ['deploy', 'test', '--env-file='],
      'The value of --env-file is empty.',
      'check that the variable is set',
    ],
    [['deploy', 'test', '--config', ''], 'The value of --config is empty.', 'check that the variable is set'],
    [
      ['deploy', '--wait', 'test'],
      'The value `test` of --wait is not a duration.',
      'dray deploy test --wait',
    ],
  ])('dray %j is refused', async (argv, message, hint) => {
    const { exitCode, stdout, stderr } = await runCli(argv, { cwd })
    expect(exitCode).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('[USAGE]')
    expect(stderr).toContain(message)
    expect(stderr).toContain(hint)
  })

  test('is JSON on standard output with --json', async () => {
    const { exitCode, stdout } = await runCli(['deploy', 'test', '--json', '--tga'], { cwd })
    expect(exitCode).toBe(2)
    const [line = ''] = stdout.split('\n')
    expect(JSON.parse(line)).toMatchObject({
      version: 1,
      type: 'failed',
      failure: { code: 'USAGE', exitCode: 2 },
    })
  })
})
