import { beforeEach, describe, expect, test } from 'vitest'
import { makeProject } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

const drayYml = `
registry: ghcr.io/acme
environments:
  test: { host: deploy@test.example.com }
  testing: { hosts: ['deploy@a.example.com:2222', deploy@b.example.com], compose: other.yml }
  swarm: { host: deploy@m1.example.com, engine: swarm, nodes: [deploy@w1.example.com] }
tasks:
  migrate: { service: backend, run: [npm, run, migrate], when: before }
`
let cwd: string

beforeEach(async () => {
  cwd = await makeProject({
    'dray.yml': drayYml,
    'docker-compose.yml': 'services:\n  backend: { image: a }\n  nginx: { image: b }\n',
    'other.yml': 'include: [more.yml]\nservices:\n  app: { image: a }\n',
    'more.yml': 'services:\n  worker: { image: a }\n',
  })
})

/** What the last word of a line may become. A `|` in the line is where the words after it begin with nothing typed. */
async function complete(line: string, shell = 'bash', directory = cwd): Promise<string[]> {
  const { exitCode, stdout, stderr } = await runCli(['completion', shell, '--', ...line.split(' ')], {
    cwd: directory,
  })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return stdout.split('\n').slice(0, -1)
}

describe('completes', () => {
  test.each<[string, string, string[]]>([
    ['commands', 'de', ['deploy']],
    ['commands after help', 'help ro', ['rollback']],
    ['options of a command', 'deploy test --ta', ['--tag']],
    ['options of every command, wherever they stand', 'deploy --no-c', ['--no-color']],
    ['options before the command', '--js', ['--json']],
    ['options of one letter by their long names', 'logs test -', expect.arrayContaining(['--follow'])],
    ['environments', 'deploy te', ['test', 'testing']],
    ['environments after an option with its value', 'deploy --tag v1 te', ['test', 'testing']],
    ['environments after an option whose value may be left out', 'deploy --wait te', ['test', 'testing']],
    ['as many environments as are wanted', 'status test te', ['test', 'testing']],
    ['services of the compose file', 'exec test ', ['backend', 'nginx']],
    ['services of the environment that is named, includes and all', 'logs testing ', ['app', 'worker']],
    ['tasks, and then environments', 'task mi', ['migrate']],
    ['environments where they come second', 'task migrate te', ['test', 'testing']],
    ['hosts', 'exec testing app --host ', ['deploy@a.example.com:2222', 'deploy@b.example.com']],
    [
      'hosts and nodes where a node may be named',
      'disk swarm --host ',
      ['deploy@m1.example.com', 'deploy@w1.example.com'],
    ],
    ['nodes, too', 'clean swarm --host=deploy@w', ['--host=deploy@w1.example.com']],
    ['hosts alone where no node may be named', 'exec swarm backend --host ', ['deploy@m1.example.com']],
    [
      'hosts in one word with their option',
      'exec testing app --host=deploy@b',
      ['--host=deploy@b.example.com'],
    ],
    ['values that are known', 'check --format ', ['text', 'json', 'sarif', 'github']],
    ['values of arguments that are known', 'env test s', ['set']],
    ['files, which it leaves to the shell', 'deploy test --env-file ', [':files']],
    ['files of every command', 'plan --config dr', [':files']],
    ['nothing where it knows nothing', 'deploy test --tag ', []],
    ['nothing after the last argument', 'plan test ', []],
    ['nothing of another program', 'exec test backend -- --us', []],
    ['nothing for an option that is none', 'deploy --nope=', []],
    ['nothing for an environment that is none', 'exec nowhere ', []],
  ])('%s: %s', async (_what, line, expected) => {
    expect(await complete(line)).toEqual(expected)
  })
})

test('without a file that says anything there are still commands', async () => {
  const empty = await makeProject({})
  expect(await complete('deploy ', 'bash', empty)).toEqual([])
  const broken = await makeProject({ 'dray.yml': 'environments: [' })
  expect(await complete('deploy ', 'bash', broken)).toEqual([])
  expect(await complete('rol', 'bash', broken)).toEqual(['rollback'])
})

test('another configuration file counts where it is named', async () => {
  const directory = await makeProject({
    'conf/dray.yml': drayYml,
    'conf/docker-compose.yml': 'services: {}\n',
  })
  expect(await complete('--config conf/dray.yml deploy ', 'bash', directory)).toEqual([
    'test',
    'testing',
    'swarm',
  ])
  expect(await complete('deploy --config=conf/dray.yml ', 'bash', directory)).toEqual([
    'test',
    'testing',
    'swarm',
  ])
})

test('zsh and fish show a description of each candidate', async () => {
  expect(await complete('rol', 'fish')).toEqual([
    'rollback\tReturn to an archived release without losing a request',
  ])
  expect(await complete('exec testing app --host deploy@a', 'zsh')).toEqual(['deploy@a.example.com\\:2222'])
})

test.each([[['completion']], [['completion', 'tcsh']]])('%j is refused', async (argv) => {
  const { exitCode, stderr } = await runCli(argv, { cwd })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('bash, zsh, fish')
})
