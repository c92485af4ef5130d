import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { makeProject } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

const run = promisify(execFile)
const compose =
  "version: '3'\nservices:\n  db:\n    image: postgres:17\n    ports: ['5432:5432']\n    volumes: ['db:/var/lib/postgresql']\n"

type SarifLog = {
  version: string
  runs: { tool: { driver: { rules: { id: string }[] } }; results: { ruleId: string; ruleIndex: number }[] }[]
}

test('lists findings by file, with line, mark, reason and hint; exits with 1 on errors', async () => {
  const cwd = await makeProject({ 'docker-compose.yml': compose })
  const { exitCode, stdout, stderr } = await runCli(['check', '--no-color'], { cwd })
  expect(exitCode).toBe(1)
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^docker-compose\.yml\n/)
  expect(stdout).toContain(
    [
      '  5:13 error PostgreSQL in the service `db` is reachable on port 5432 of every address of the server. [PORT_OPEN]',
      "    │ ports: ['5432:5432']",
      '    │         ^^^^^^^^^^^',
      '    why  Docker writes its own firewall rules',
    ].join('\n'),
  )
  expect(stdout).toMatch(
    /✗ 1 error, 1 warning, 2 notes \(\d+ rules on 1 file, \d+ ms\)\. `dray check --fix` fixes 2 of them\.\n$/,
  )
})

test('a file that git does not track is missing in a clone, except in a new repository', async () => {
  const cwd = await makeProject({ Dockerfile: 'FROM node:22-alpine\nCOPY server.js ./\n', 'server.js': 'x' })
  const check = async () => (await runCli(['check', '--no-color'], { cwd })).stdout
  await run('git', ['-C', cwd, 'init', '-q'])
  expect(await check()).not.toContain('COPY_MISSING')
  await run('git', ['-C', cwd, 'add', 'Dockerfile'])
  expect(await check()).toContain('The build context has no `server.js`. [COPY_MISSING]')
})

test('--fix changes the files and lists the remaining findings', async () => {
  const cwd = await makeProject({ 'docker-compose.yml': compose })
  const { exitCode, stdout } = await runCli(['check', '--fix', '--no-color'], { cwd })
  expect(exitCode).toBe(1)
  expect(stdout).toContain('Fixed 2 findings. ✗ 1 error, 1 note')
  expect(await readFile(path.join(cwd, 'docker-compose.yml'), 'utf8')).toBe(
    compose
      .replace("version: '3'\n", '')
      .replace('postgres:17\n', 'postgres:17\n    restart: unless-stopped\n'),
  )
})

test('sees where an entry of bundle.include leads, from the directory of the compose file', async () => {
  const cwd = await makeProject({
    'dray.yml': `environments: { test: { host: deploy@shop, compose: deploy/compose.yml } }
bundle: { include: [app.cfg, app.conf] }
`,
    'deploy/compose.yml': 'services: {}\n',
    'deploy/.env': 'A=1\n',
    'deploy/app.conf': 'x',
  })
  await symlink('.env', path.join(cwd, 'deploy/app.cfg'))
  const { exitCode, stdout } = await runCli(['check', '--no-color'], { cwd })
  expect(exitCode).toBe(1)
  expect(stdout.match(/.*INCLUDE_NOT_SHIPPED.*/g)).toEqual([
    '  2:21 error `app.cfg` is not shipped: app.cfg leads to .env, and env files, logins of tools and what is below .git are never shipped. [INCLUDE_NOT_SHIPPED]',
  ])
})

test('--json prints a line for each finding, and one for all', async () => {
  const cwd = await makeProject({ 'docker-compose.yml': compose })
  const { stdout } = await runCli(['check', '--json'], { cwd })
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines.map(({ type, code }) => code ?? type)).toEqual([
    'VERSION_OBSOLETE',
    'LOGS_UNLIMITED',
    'RESTART_MISSING',
    'PORT_OPEN',
    'check.finished',
  ])
  expect(lines.at(3)).toMatchObject({
    version: 1,
    file: 'docker-compose.yml',
    line: 5,
    column: 13,
    severity: 'error',
    isFixable: false,
  })
  expect(lines.at(-1)).toMatchObject({ errors: 1, warnings: 1, notes: 2, fixable: 2, files: 1 })
})

test('--format sarif is one document with a rule for every result', async () => {
  const cwd = await makeProject({ 'docker-compose.yml': compose })
  const { stdout } = await runCli(['check', '--format', 'sarif'], { cwd })
  const { version, runs } = JSON.parse(stdout) as SarifLog
  expect(version).toBe('2.1.0')
  const { tool, results } = runs[0]!
  expect(results).toHaveLength(4)
  for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId)
  expect(results.at(-1)).toMatchObject({
    ruleId: 'PORT_OPEN',
    level: 'error',
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'docker-compose.yml' },
          region: { startLine: 5, startColumn: 13, endLine: 5, endColumn: 24 },
        },
      },
    ],
  })
})

test('in Actions every finding is an annotation, and no text of a file is a command', async () => {
  const cwd = await makeProject({
    'docker-compose.yml': compose.replace('services:', '::set-output name=x::y\nservices:'),
  })
  const { stdout } = await runCli(['check'], { cwd, env: { GITHUB_ACTIONS: 'true' } })
  const commands = stdout.split('\n').filter((line) => line.startsWith('::'))
  expect(commands.length).toBeGreaterThan(0)
  for (const line of commands)
    expect(line).toMatch(/^::(error|warning|notice) file=docker-compose\.yml,line=\d+,col=\d+,/)
})

test('nothing found is exit code 0', async () => {
  const cwd = await makeProject({ 'README.md': '' })
  const { exitCode, stdout } = await runCli(['check'], { cwd })
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^✓ No findings: \d+ rules on 0 files/)
})

test('--explain describes one code, and suggests a code for a typo', async () => {
  const cwd = await makeProject({})
  const { stdout } = await runCli(['check', '--explain', 'port_open', '--no-color'], { cwd })
  expect(stdout).toMatch(/^PORT_OPEN \(error\)\nA database port is open/)
  expect(stdout).toContain('Good: docker-compose.yml')
  const wrong = await runCli(['check', '--explain', 'PORT_OPNE'], { cwd })
  expect(wrong.exitCode).toBe(2)
  expect(wrong.stderr).toContain('Did you mean PORT_OPEN?')
})

test('a format that there is not is refused', async () => {
  const { exitCode, stderr } = await runCli(['check', '--format', 'xml'], { cwd: await makeProject({}) })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('Allowed choices are text, json, sarif, github.')
})

test('--fix leaves a link alone', async () => {
  const cwd = await makeProject({})
  const elsewhere = await makeProject({ 'docker-compose.yml': compose })
  await run('ln', ['-s', path.join(elsewhere, 'docker-compose.yml'), path.join(cwd, 'compose.yml')])
  // Without git a link is not even looked at; with git it is a file of the repository.
  await run('git', ['init', '-q', cwd])
  const { exitCode, stderr } = await runCli(['check', '--fix'], { cwd })
  expect(exitCode).toBe(1)
  expect(stderr).toBe('compose.yml was not fixed: it is a link.\n')
  expect(await readFile(path.join(elsewhere, 'docker-compose.yml'), 'utf8')).toBe(compose)
})

test('in a git repository, finds a tracked .env and skips ignored files', async () => {
  const cwd = await makeProject({
    '.env': 'A=1\n',
    'data/docker-compose.yml': compose,
    '.gitignore': 'data/\n.env\n',
  })
  await run('git', ['init', '-q', cwd])
  expect((await runCli(['check'], { cwd })).exitCode).toBe(0)
  await run('git', ['-C', cwd, 'add', '-f', '.env'])
  const { exitCode, stdout } = await runCli(['check', '--no-color'], { cwd })
  expect(exitCode).toBe(1)
  expect(stdout).toContain('Git tracks `.env`. [ENV_TRACKED]')
})

test('below the top of a repository the whole of it is checked, with the dray.yml that is nearest', async () => {
  const cwd = await makeProject({
    '.github/workflows/deploy.yml': 'on: push\njobs:\n  build:\n    steps:\n      - uses: acme/build@v1\n',
    'apps/shop/dray.yml': 'environments:\n  test:\n    host: a@b.example\n    compose: shop.yml\n',
    'apps/shop/shop.yml': compose,
    'apps/shop/docs/README.md': '',
    'docker-compose.yml': compose,
  })
  await run('git', ['init', '-q', cwd])
  await run('git', ['-C', cwd, 'add', '.'])
  const { exitCode, stdout, stderr } = await runCli(['check', '--json'], {
    cwd: path.join(cwd, 'apps/shop/docs'),
  })
  expect(exitCode).toBe(1)
  expect(stderr).toBe(`The whole repository is checked; paths begin at ${await realpath(cwd)}.\n`)
  const findings = stdout.split('\n').filter((line) => line.includes('check.finding'))
  const files = findings.map((line) => (JSON.parse(line) as { file: string }).file)
  expect([...new Set(files)]).toEqual(['.github/workflows/deploy.yml', 'apps/shop/shop.yml'])
})

test('a directory of which the repository around it tracks nothing is checked alone', async () => {
  const cwd = await makeProject({ 'docker-compose.yml': compose, 'new/docker-compose.yml': compose })
  await run('git', ['init', '-q', cwd])
  await run('git', ['-C', cwd, 'add', 'docker-compose.yml'])
  const { stdout, stderr } = await runCli(['check'], { cwd: path.join(cwd, 'new') })
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^docker-compose\.yml\n/)
})

test('the sample app has no error and no warning', async () => {
  const parent = await mkdtemp(path.join(tmpdir(), 'dray-check-'))
  onTestFinished(() => rm(parent, { recursive: true, force: true }))
  const shop = path.join(parent, 'shop')
  await cp(fileURLToPath(new URL('../../examples/shop', import.meta.url)), shop, { recursive: true })
  await run('git', ['init', '-q', shop])
  await run('git', ['-C', shop, 'add', '.'])
  const { exitCode, stdout } = await runCli(['check', '--json'], { cwd: shop })
  expect(exitCode).toBe(0)
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines.map(({ type, code }) => code ?? type)).toEqual([
    'LOGS_UNLIMITED',
    'LOGS_UNLIMITED',
    'check.finished',
  ])
  await writeFile(path.join(shop, '.gitignore'), '')
  expect((await runCli(['check'], { cwd: shop })).stdout).toContain('ENV_NOT_IGNORED')
})
