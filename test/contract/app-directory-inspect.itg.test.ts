import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, symlink, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { version } from '../../src/shared/version/version.ts'
import { createAppDirectory } from '../../src/adapters/directory/app-directory.ts'
import { LocalRunner } from '../../src/adapters/host/local-runner.ts'
import type { RunOptions, CommandRunner } from '../../src/adapters/host/command-runner.ts'
import { createAppSource } from '../../src/adapters/source/app-source.ts'
import type { AppModel } from '../../src/deploy/model/app-model.ts'
import type { AppSource, BundleFile, DirectoryObservation } from '../../src/deploy/model/ports.ts'
import { nextReleaseId, type Release } from '../../src/deploy/model/release.ts'
import { Secret } from '../../src/shared/secrets/secret.ts'
import { temporaryApp, treeOf } from '../support/temporary-directory.ts'

const runner = new LocalRunner()
afterAll(() => runner[Symbol.asyncDispose]())

const textFile = (path: string, text: string): BundleFile => ({
  path,
  content: Buffer.from(text),
  mode: 0o644,
})
const compose = (text: string): BundleFile[] => [textFile('docker-compose.yml', text)]
const web = 'services:\n  web:\n    image: nginx\n'

const makeRelease = (id: string, files: Release['files']): Release => ({
  ...{ version: 1, id, app: 'shop', environment: 'test', project: 'shop', createdAtMs: 1, files },
  by: { user: 'ann', machine: 'laptop' },
  services: {},
  variables: ['A'],
  networks: {},
})

type Facts = { env?: string; values?: Record<string, string>; server?: Record<string, string> }

async function inspect(files: readonly BundleFile[], facts: Facts = {}): Promise<DirectoryObservation> {
  const { env = '', values = {}, server = {} } = facts
  const path = await temporaryApp({ ...server, '.env': env })
  const before = await treeOf(path)
  const found = await createAppDirectory({ runner, path, values }).inspect(files)
  expect(await treeOf(path)).toEqual(before)
  return found
}

const keysOf = async (env: string): Promise<readonly string[]> =>
  (await inspect(compose(web), { env })).envFile.variables

describe('the names in .env, and never a value:', () => {
  test.each<[string, string, string[]]>([
    ['plain ones', 'A=1\nB_2=x y\nexport C=3\n', ['A', 'B_2', 'C']],
    ['comments, blank lines, indents', '# A=1\n\n  B=2\n\t#C=3\n', ['B']],
    ['a colon instead of the sign', 'A: 1\nB : 2\n', ['A', 'B']],
    ['no last newline', 'A=1\nB=2', ['A', 'B']],
    ['none', '', []],
    ['lines in double quotes', 'A="one\nSECRET=two\n# three"\nB=2\n', ['A', 'B']],
    ['lines in single quotes', "A='one\nSECRET=two'\nB=2\n", ['A', 'B']],
    ['escaped quotes', 'A="one \\" two\nSECRET=x"\nB=2\n', ['A', 'B']],
    ['quotes within a value', 'A=it\'s "x\nB=2\n', ['A', 'B']],
    ['a sign in a value', 'A=b=c\nB="d=e"\n', ['A', 'B']],
    ['Windows line ends', 'A=1\r\nB="2"\r\n', ['A', 'B']],
  ])('%s', async (_what, env, keys) => {
    expect(await keysOf(env)).toEqual(keys)
  })
})

test('the result has no value of .env, except where the compose file uses it', async () => {
  const env = 'PASSWORD=hunter2hunter2\nKEY="-----BEGIN\nTOKEN=abcabc\n-----END"\n'
  const found = await inspect(compose(`${web}    env_file: .env\n`), { env })
  expect(JSON.stringify(found)).not.toMatch(/hunter2|abcabc|BEGIN/)
})

test('the secrets in .env, which the model may have, are known with it', async () => {
  const path = await temporaryApp({ '.env': "API_TOKEN='it\\'s-5ecret'\n" })
  const found: string[] = []
  const onSecrets = (secrets: readonly Secret[]) => void found.push(...secrets.map((it) => it.reveal()))
  const files = compose(`${web}    labels: { auth: "$API_TOKEN" }\n`)
  await createAppDirectory({ runner, path, values: {}, onSecrets }).inspect(files)
  expect(found).toContain("it's-5ecret")
})

test('reports the mode of .env, and whether others may read it', async () => {
  const path = await temporaryApp()
  const directory = createAppDirectory({ runner, path, values: {} })
  expect((await directory.inspect(compose(web))).envFile).toMatchObject({
    mode: '600',
    readableByOthers: false,
  })
  await chmod(join(path, '.env'), 0o644)
  expect((await directory.inspect(compose(web))).envFile).toMatchObject({
    mode: '644',
    readableByOthers: true,
  })
})

test('reports every recorded release, and the files of the newest', async () => {
  const path = await temporaryApp()
  const directory = createAppDirectory({ runner, path, values: {} })
  const hash = createHash('sha256').update(web).digest('hex')
  const files = { 'docker-compose.yml': hash, 'nginx/a "b".conf': hash }
  await directory.place({
    files: Object.keys(files).map((name) => textFile(name, web)),
    remove: [],
    inPlace: [],
    adopt: [],
  })
  for (const id of ['r2', 'r9', 'r10'])
    await directory.record(makeRelease(id, files), { files: [], drop: [] })
  const { releases } = await directory.inspect(compose(web))
  const recorded = [makeRelease('r2', {}), makeRelease('r9', {}), makeRelease('r10', files)]
  expect(releases).toEqual(recorded.map((release) => ({ ...release, writtenBy: version })))
})

test('a change of .env changes the services that read it, and no other', async () => {
  const text = 'services:\n  a: { image: nginx, env_file: .env }\n  b: { image: nginx }\n'
  const hashes = async (env: string): Promise<string[]> =>
    (await inspect(compose(text), { env })).app.services.map(({ definitionHash }) => definitionHash)
  const [before, after] = [await hashes('A=1'), await hashes('A=2')]
  expect(after[0]).not.toBe(before[0])
  expect(after[1]).toBe(before[1])
})

test.each([
  ["o'brien.env", "./o'brien.env"],
  ['double".env', './double".env'],
  ['dollar$HOME.env', './dollar$$HOME.env'],
  ['back\\slash.env', './back\\slash.env'],
  ['-n.env', './-n.env'],
  ['a b.env', './a b.env'],
])('an env file may be called %s, and its changes are seen', async (file, written) => {
  const text = JSON.stringify({ services: { a: { image: 'nginx', env_file: written } } })
  const serviceWith = async (content: string) =>
    (await inspect(compose(text), { server: { [file]: content } })).app.services[0]
  const [before, after] = [await serviceWith('SECRET=hunter2'), await serviceWith('SECRET=hunter3')]
  expect(after?.definitionHash).not.toBe(before?.definitionHash)
  expect(Object.keys(before?.definitionParts ?? {})).toContain(`env_file ${file}`)
  expect(JSON.stringify(before)).not.toContain('hunter')
})

test('a value may have the name of a variable of the script', async () => {
  const text =
    'services:\n  web:\n    image: ghcr.io/acme/web:${path}-${copy}-${stage}-${dray_config:-none}\n'
  const { app } = await inspect(compose(text), { values: { path: 'a', copy: 'b', stage: 'c' } })
  expect(app.services.map(({ image }) => image)).toEqual(['ghcr.io/acme/web:a-b-c-none'])
})

test('uses deploy-time values, pins the entries that depend on them, and takes the rest from .env', async () => {
  const text =
    'services:\n  web:\n    image: ghcr.io/${OWNER}/web:${IMAGE_TAG:-latest}\n    environment: { TAG: "${IMAGE_TAG:-none}", FIXED: a }\n'
  const { app } = await inspect(compose(text), { env: 'OWNER=acme\n', values: { IMAGE_TAG: 'v2' } })
  expect(app.services[0]?.image).toBe('ghcr.io/acme/web:v2')
  expect(app.pins).toEqual({ web: { environment: { TAG: 'v2' } } })
})

test('the project is named as a plain `docker compose` there would name it', async () => {
  expect((await inspect(compose(web))).app.project).toBe('theshopsapp')
})

test('anchors, profiles, extends and secrets are as Compose understands them', async () => {
  const text = `
x-base: &base { image: nginx, restart: always }
services:
  a: { <<: *base, deploy: { replicas: 2 } }
  b: { extends: { service: a }, configs: [{ source: site, target: /site.conf }] }
  c: { <<: *base, profiles: [debug] }
configs: { site: { file: ./site.conf } }
`
  const { services, inactive } = (await inspect([...compose(text), textFile('site.conf', '')])).app
  expect(inactive).toMatchObject([{ name: 'c', profiles: ['debug'], image: 'nginx', restarts: true }])
  expect(services.map(({ name, replicas, restarts }) => [name, replicas, restarts])).toEqual([
    ['a', 2, true],
    ['b', 2, true],
  ])
  expect(services[1]?.mounts).toEqual([{ path: 'site.conf', target: '/site.conf' }])
})

test('an inactive service that Compose cannot read is a warning, not a refusal', async () => {
  const text = `${web}  job: { image: nginx, profiles: [jobs], env_file: job.env }\n`
  const { app } = await inspect(compose(text))
  expect(app.services.map(({ name }) => name)).toEqual(['web'])
  expect(app.inactive).toBeUndefined()
  expect(app.inactiveProblem).toMatch(/env file job\.env not found/)
})

test("reports a refusal of Compose in its words, with the user's path", async () => {
  const failure = inspect(compose('services:\n  web:\n    imagee: nginx\n'))
  await expect(failure).rejects.toMatchObject({ code: 'COMPOSE_INVALID', exitCode: 2 })
  await expect(failure).rejects.toThrow(/imagee/)
  await expect(failure).rejects.not.toThrow(/\/tmp\//)
})

test('without .env nothing is read', async () => {
  const path = await temporaryApp()
  await unlink(join(path, '.env'))
  const directory = createAppDirectory({ runner, path, values: {} })
  await expect(directory.inspect(compose(web))).rejects.toMatchObject({ code: 'ENV_MISSING', exitCode: 3 })
})

test('a record that a newer version wrote is refused, not guessed at', async () => {
  const record = { '.dray/releases/r1/release.json': '{"version":2}' }
  await expect(inspect(compose(web), { server: record })).rejects.toMatchObject({ code: 'RECORD_NEWER' })
})

test('ids of releases that failed are known from the journal, and torn lines are skipped', async () => {
  const journal = '{"version":1,"release":"r3","event":"deploy.started"}\n{"version":1,"rel\n'
  const { usedReleaseIds } = await inspect(compose(web), { server: { '.dray/journal.ndjson': journal } })
  expect(usedReleaseIds).toEqual(['r3'])
})

test('text that a container wrote into the journal or a record forges no other section', async () => {
  const forged = '@@dray model-exit\n0\n@@dray model\n{"name":"forged","services":{}}\n'
  const { app } = await inspect(compose(web), { server: { '.dray/journal.ndjson': forged } })
  expect(app.services.map(({ name }) => name)).toEqual(['web'])
  const record = { '.dray/releases/r1/release.json': `${JSON.stringify(makeRelease('r1', {}))}\n${forged}` }
  await expect(inspect(compose(web), { server: record })).rejects.toMatchObject({ code: 'RECORD_UNREADABLE' })
})

test('of a record or a journal without end, no more than there can be comes from the host', async () => {
  const endless = 'x'.repeat(20_000_000)
  const journal = `${endless}\n{"version":1,"release":"r3","event":"deploy.started"}\n`
  const path = await temporaryApp({
    '.env': '',
    '.dray/journal.ndjson': journal,
    '.dray/releases/r1/release.json': endless,
  })
  let printed = 0
  const measured: CommandRunner = Object.assign(Object.create(runner) as CommandRunner, {
    run: async (argv: readonly string[], options?: RunOptions) => {
      const output = await runner.run(argv, options)
      printed += output.stdout.length
      return output
    },
  })
  const directory = createAppDirectory({ runner: measured, path, values: {} })
  await expect(directory.inspect(compose(web))).rejects.toMatchObject({ code: 'RECORD_UNREADABLE' })
  expect(printed).toBeGreaterThan(8_000_000)
  expect(printed).toBeLessThan(10_000_000)
  await unlink(join(path, '.dray/releases/r1/release.json'))
  expect((await directory.inspect(compose(web))).usedReleaseIds).toEqual(['r3'])
})

test('a number in the journal that no deploy came to is not gone on from', async () => {
  const line = (release: string) => `{"version":1,"release":"${release}","event":"deploy.started"}\n`
  const journal = line('r7') + line(`r${'9'.repeat(22)}`) + line('r1e9') + line('r-1')
  const { usedReleaseIds } = await inspect(compose(web), { server: { '.dray/journal.ndjson': journal } })
  expect(nextReleaseId(usedReleaseIds)).toBe('r8')
})

describe('after the bundle is placed, a plain `docker compose` on the server means the release:', () => {
  const pinned = `nginx@sha256:${'1'.repeat(64)}`
  const cases: Record<string, { composeFiles: string[]; files: Record<string, string> }> = {
    'one file': { composeFiles: ['docker-compose.yml'], files: { 'docker-compose.yml': web } },
    'one file of another name': { composeFiles: ['prod.yml'], files: { 'prod.yml': web } },
    'one that extends the default one': {
      composeFiles: ['prod.yml'],
      files: {
        'docker-compose.yml': web,
        'prod.yml':
          'services:\n  web:\n    extends: { file: docker-compose.yml, service: web }\n    restart: always\n',
      },
    },
    'several files': {
      composeFiles: ['docker-compose.yml', 'docker-compose.prod.yml'],
      files: {
        'docker-compose.yml': web,
        'docker-compose.prod.yml': 'services:\n  web:\n    restart: always\n',
      },
    },
  }
  test.each(Object.entries(cases))('%s', async (_what, { composeFiles, files }) => {
    const here = await temporaryApp(files)
    const path = await temporaryApp()
    const source: AppSource = createAppSource({ directory: here, composeFiles, include: [] })
    const directory = createAppDirectory({ runner, path, values: {} })
    const { app } = await directory.inspect(await source.composeFiles())
    await directory.place({
      files: await source.bundle(app, { web: pinned }),
      remove: [],
      inPlace: [],
      adopt: [],
    })
    const model = JSON.parse(
      (await runner.run(['docker', 'compose', 'config', '--format', 'json'], { cwd: path })).stdout,
    ) as { services: { web: { image: string; restart?: string } } }
    expect(model.services.web.image).toBe(pinned)
    expect(model.services.web.restart).toBe(app.services[0]?.restarts === true ? 'always' : undefined)
    await expectSameModel(directory.inspect(await source.composeFiles()), app)
  })
})

async function expectSameModel(inspecting: Promise<DirectoryObservation>, app: AppModel): Promise<void> {
  expect((await inspecting).app).toEqual(app)
}

test('reports a full disk, and keeps the files', async () => {
  const path = join(await temporaryApp(), 'small')
  await mkdir(path)
  await runner.run(['mount', '-t', 'tmpfs', '-o', 'size=256k', 'none', path])
  try {
    await writeFile(join(path, '.env'), '')
    await mkdir(dirname(join(path, 'nginx.conf')), { recursive: true })
    await writeFile(join(path, 'nginx.conf'), 'old')
    const directory = createAppDirectory({ runner, path, values: {} })
    const big = { path: 'nginx.conf', content: Buffer.alloc(512 * 1024, 'x'), mode: 0o644 }
    const placing = directory.place({ files: [big], remove: [], inPlace: ['nginx.conf'], adopt: [] })
    await expect(placing).rejects.toMatchObject({ code: 'DISK_FULL', exitCode: 3 })
    await directory.restore()
    expect(await readFile(join(path, 'nginx.conf'), 'utf8')).toBe('old')
  } finally {
    await runner.run(['umount', path])
  }
})

test('a client that goes away leaves no file behind', async () => {
  const temporary = await temporaryApp()
  const path = await temporaryApp({ '.env': '' })
  const leaving: CommandRunner = Object.assign(Object.create(runner) as CommandRunner, {
    // The reader stops after the section that comes before the temporary directory is made.
    run: (argv: readonly string[], options?: RunOptions) =>
      runner.run(['sh', '-c', '"$@" | sed /journal-bytes/q', 'sh', ...argv], {
        ...options,
        env: { TMPDIR: temporary },
      }),
  })
  const before = await treeOf(temporary)
  const directory = createAppDirectory({ runner: leaving, path, values: {} })
  await directory.inspect(compose(web)).catch(() => undefined)
  expect(await treeOf(temporary)).toEqual(before)
})

describe('env files that are only on the server', () => {
  const reading = (file: string): BundleFile[] =>
    compose(JSON.stringify({ services: { a: { image: 'nginx', env_file: ['.env', file] } } }))

  test.each(['secrets', 'deep/er/and/deeper/app.txt', '../shared.env'])(
    'are found by the name in the compose file: %s',
    async (file) => {
      const path = await temporaryApp({ [file]: 'SECRET=hunter2\n' })
      const directory = createAppDirectory({ runner, path, values: {} })
      const definition = async () => (await directory.inspect(reading(file))).app.services[0]
      const before = await definition()
      expect(Object.keys(before?.definitionParts ?? {})).toContain(`env_file ${file}`)
      expect(JSON.stringify(before)).not.toContain('hunter2')
      await writeFile(join(path, file), 'SECRET=hunter3\n')
      expect((await definition())?.definitionHash).not.toBe(before?.definitionHash)
    },
  )

  test('may be links', async () => {
    const path = await temporaryApp({ 'real/app': 'SECRET=hunter2\n' })
    await symlink(join(path, 'real/app'), join(path, 'production.env'))
    const { app } = await createAppDirectory({ runner, path, values: {} }).inspect(
      reading('./production.env'),
    )
    expect(Object.keys(app.services[0]?.definitionParts ?? {})).toContain('env_file production.env')
  })

  test('are refused if Compose cannot read them, by their line', async () => {
    const server = { 'app.txt': 'A=1\nB="hunter2\n' }
    await expect(inspect(reading('app.txt'), { server })).rejects.toMatchObject({
      code: 'ENV_INVALID',
      message: expect.stringMatching(
        /^Compose cannot read \S.*app\.txt on local: the quote of B in line 2 is never closed\.$/,
      ) as string,
    })
  })
})

describe('an odd .env', () => {
  const raw = compose(
    'services:\n  a: { image: nginx, env_file: [{ path: .env, format: raw }] }\n  b: { image: nginx, env_file: .env }\n',
  )

  test('in UTF-16 is refused', async () => {
    const path = await temporaryApp()
    await writeFile(join(path, '.env'), Buffer.from('\uFEFFA=1\r\n', 'utf16le'))
    await expect(
      createAppDirectory({ runner, path, values: {} }).inspect(compose(web)),
    ).rejects.toMatchObject({
      code: 'ENV_INVALID',
      message: expect.stringContaining('is not UTF-8 text') as string,
    })
  })

  test('with `export` is refused where a service reads it raw, and only there', async () => {
    const env = 'A=1\nexport B=2\n'
    await expect(inspect(raw, { env })).rejects.toMatchObject({
      code: 'ENV_INVALID',
      message: expect.stringMatching(/^Line 2 of .* is not NAME=value: service a reads the file/) as string,
    })
    expect((await inspect(compose(web), { env })).envFile.oddLines).toBeUndefined()
  })

  test('with a `$` that Compose replaces is reported by its line, and nothing of the value', async () => {
    const { envFile } = await inspect(raw, { env: 'A=1\nHASHED=$2b$12$hunter\nREF=$A\n' })
    expect(envFile.oddLines).toEqual([{ file: '.env', line: 2, kind: 'dollar', variable: 'HASHED' }])
    expect(JSON.stringify(envFile)).not.toContain('hunter')
  })

  test('that Compose refuses is refused by its line', async () => {
    await expect(inspect(compose(web), { env: 'A=1\nB=x${hunter2\n' })).rejects.toMatchObject({
      code: 'ENV_INVALID',
      message: expect.stringMatching(/: the `\$` in line 2 is not in single quotes\.$/) as string,
    })
  })

  test('with COMPOSE_FILE is refused; other variables of Compose count', async () => {
    const files = compose(`${web}  more: { image: nginx, profiles: [more] }\n`)
    const env = 'COMPOSE_FILE=docker-compose.yml:docker-compose.extra.yml\n'
    await expect(inspect(files, { env })).rejects.toMatchObject({ code: 'COMPOSE_FILE_SET' })
    const { app } = await inspect(files, { env: 'COMPOSE_PROFILES=more\n' })
    expect(app.services.map(({ name }) => name)).toEqual(['more', 'web'])
  })
})

describe('values of .env', () => {
  const secret = compose(
    'services:\n  a: { image: nginx, secrets: [key], configs: [{ source: banner, target: /b }] }\n  b: { image: nginx }\nsecrets: { key: { environment: API_KEY } }\nconfigs: { banner: { environment: BANNER } }\n',
  )

  test('of a secret or config belong to the services that use it', async () => {
    const path = await temporaryApp()
    const directory = createAppDirectory({ runner, path, values: { BANNER: 'of the deploy' } })
    await directory.record(makeRelease('r1', {}), {
      files: [],
      drop: [],
      newHashKey: new Secret('ab'.repeat(32)),
    })
    const hashes = async (env: string) => {
      await writeFile(join(path, '.env'), env)
      return (await directory.inspect(secret)).app.services.map(({ definitionHash }) => definitionHash)
    }
    const before = await hashes('API_KEY=1\n')
    expect(await hashes("API_KEY='1'\nOTHER=2\n")).toEqual(before)
    const after = await hashes('API_KEY=2\n')
    expect(after[0]).not.toBe(before[0])
    expect(after[1]).toBe(before[1])
    await expect(hashes('OTHER=1\n')).rejects.toThrow(
      'API_KEY, the content of key under `secrets`, is not set',
    )
  })

  test('have a keyed hash each, of the value that Compose reads', async () => {
    const path = await temporaryApp()
    const directory = createAppDirectory({ runner, path, values: {} })
    const hashes = async (env: string) => {
      await writeFile(join(path, '.env'), env)
      return (await directory.inspect(compose(web))).envFile
    }
    const first = await hashes('A=1\n')
    expect(first.newHashKey?.reveal()).toMatch(/^[0-9a-f]{64}$/)
    await directory.record(makeRelease('r1', {}), {
      files: [],
      drop: [],
      ...(first.newHashKey && { newHashKey: first.newHashKey }),
    })
    const { valueHashes: before = {}, newHashKey } = await hashes('A=1\nB="x y"\nC=$A\nD="1\n2"\nE-F=g\n')
    expect(newHashKey).toBeUndefined()
    expect(before['A']).toBe(first.valueHashes?.['A'])
    expect(Object.keys(before).sort()).toEqual(['A', 'B', 'C', 'D'])
    const { valueHashes: after = {} } = await hashes('A=2\nB=\'x y\'\nC=$A\nD="1\n3"\n')
    const changed = Object.keys(after).filter((name) => after[name] !== before[name])
    expect(changed.sort()).toEqual(['A', 'C', 'D'])
  })
})
