import { execFileSync } from 'node:child_process'
import { chmod, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createAppSource } from '../../../../src/adapters/source/app-source.ts'
import { ignoredByGit } from '../../../../src/adapters/source/list-files.ts'
import type { AppModel } from '../../../../src/deploy/model/app-model.ts'
import type { AppSource, BundleFile } from '../../../../src/deploy/model/ports.ts'
import { fakeApp, fakeService } from '../../../support/fake-app.ts'
import { failureOf, makeProject } from '../../../support/make-project.ts'

type Files = Readonly<Record<string, string>>

const compose = 'services:\n  web:\n    image: nginx\n'

async function sourceOf(
  files: Files,
  facts: { composeFiles?: string[]; include?: string[] } = {},
): Promise<AppSource> {
  const { composeFiles = ['docker-compose.yml'], include = [] } = facts
  return createAppSource({ directory: await makeProject(files), composeFiles, include })
}

const mounting = (...paths: string[]): AppModel =>
  fakeApp([fakeService('web', { mounts: paths.map((path) => ({ path, target: `/${path}` })) })])

const names = (files: readonly BundleFile[]): string[] => files.map(({ path }) => path).sort()
const textOf = (files: readonly BundleFile[], name: string): string =>
  Buffer.from(files.find(({ path }) => path === name)?.content ?? '').toString()

const privateKey = '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n'

describe('what is never shipped, by its own path or by a link', () => {
  const secrets: Files = {
    'docker-compose.yml': compose,
    '.gitignore': 'local.txt\n',
    'local.txt': 'ignored',
    '.env': 'A=1',
    '.envrc': 'A=1',
    '.env-prod': 'A=1',
    '.env_prod': 'A=1',
    '.env~': 'A=1',
    '.ENV': 'A=1',
    'prod.env': 'A=1',
    '.npmrc': '//registry/:_authToken=x',
    '.docker/config.json': '{}',
    '.ssh/config': '',
    'conf/app.conf': 'ours',
    'example.env': 'A=',
    '.env.example': 'A=',
  }
  const project = async (links: Files): Promise<string> => {
    const directory = await makeProject(secrets)
    execFileSync('git', ['init', '-q', directory])
    for (const [path, target] of Object.entries(links)) await symlink(target, join(directory, path))
    return directory
  }
  const shippedFrom = async (directory: string, include: string[], model = mounting()): Promise<string[]> => {
    const source = createAppSource({ directory, composeFiles: ['docker-compose.yml'], include })
    return names(await source.bundle(model, {})).filter((it) => !it.startsWith('docker-compose'))
  }

  test('env files of any name, logins of tools, and what is below .git', async () => {
    const directory = await project({})
    expect(await shippedFrom(directory, [...Object.keys(secrets), '.git/config', '.git/**', '**'])).toEqual([
      '.env.example',
      '.gitignore',
      'conf/app.conf',
      'example.env',
    ])
  })

  test.each<[string, string]>([
    ['an env file', '.env'],
    ['an env file of another name', 'prod.env'],
    ["git's configuration", '.git/config'],
    ['a file that git ignores', 'local.txt'],
    ['a login', '.npmrc'],
  ])('a link to %s', async (_, target) => {
    const directory = await project({ 'conf/g': `../${target}`, 'app.cfg': target })
    expect(await shippedFrom(directory, ['app.cfg', 'conf/*'])).toEqual(['conf/app.conf'])
    expect(await shippedFrom(directory, [], mounting('conf', 'app.cfg'))).toEqual(['conf/app.conf'])
  })

  test.each<[string, string[], string[]]>([
    ['a pattern', ['conf/**'], []],
    ['a mount', [], ['conf']],
    ['a path below it', ['conf/g/config'], []],
    ['a mount of it', [], ['conf/g']],
    ['a mount below it', [], ['conf/g/config']],
  ])('a directory that is a link to .git, by %s', async (_, include, mounts) => {
    const directory = await project({ 'conf/g': '../.git' })
    const shipped = await shippedFrom(directory, include, mounting(...mounts))
    expect(shipped.filter((path) => path !== 'conf/app.conf')).toEqual([])
  })

  test.each<[string, string[], string[]]>([
    ['a pattern', ['ext/key'], []],
    ['a mount', [], ['ext/key']],
    ['a deep mount', [], ['ext/deep/key']],
  ])('a path below a link out of the app, by %s, is refused', async (_, include, mounts) => {
    const outside = await makeProject({ key: 'theirs', 'deep/key': 'theirs' })
    const directory = await project({ ext: outside })
    expect(await failureOf(shippedFrom(directory, include, mounting(...mounts)))).toMatchObject({
      code: 'COMPOSE_PATH_OUTSIDE',
    })
  })

  test('a link to a shared file does not end the reading of .gitignore', async () => {
    const directory = await project({ linked: 'conf' })
    expect(await shippedFrom(directory, ['linked/**', 'local.txt'])).toEqual(['linked/app.conf'])
  })

  test('an env file that compose names, by a link to .env', async () => {
    const directory = await project({
      'cfg.env': '.env',
      'ignored.env': 'local.txt',
      'own.env': 'conf/app.conf',
    })
    await writeFile(
      join(directory, 'docker-compose.yml'),
      'services:\n  web:\n    image: nginx\n    env_file: [cfg.env, ignored.env, own.env]\n',
    )
    expect(await shippedFrom(directory, [])).toEqual(['own.env'])
  })

  test('a private key is refused, with what to write', async () => {
    const directory = await project({})
    await writeFile(join(directory, 'conf/tls.pem'), privateKey)
    const failure = await failureOf(shippedFrom(directory, ['conf/**']))
    expect(failure).toMatchObject({
      code: 'FILE_SECRET',
      message: 'conf/tls.pem is a private key, so it is not shipped with the app.',
      hint: expect.stringContaining('bundle: { exclude: ["conf/tls.pem"] }') as string,
    })
    await writeFile(join(directory, 'conf/tls.pem'), privateKey.replaceAll('PRIVATE KEY', 'CERTIFICATE'))
    expect(await shippedFrom(directory, ['conf/**'])).toEqual(['conf/app.conf', 'conf/tls.pem'])
  })
})

describe('compose files', () => {
  test.each(['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'])(
    '%s is shipped under its name, as it is',
    async (name) => {
      const files = await (await sourceOf({ [name]: compose }, { composeFiles: [name] })).composeFiles()
      expect(files).toEqual([{ path: name, content: Buffer.from(compose), mode: 0o644 }])
    },
  )

  test('one of another name gets a name that a plain `docker compose` finds', async () => {
    const source = await sourceOf({ 'prod.yml': compose }, { composeFiles: ['prod.yml'] })
    expect(textOf(await source.composeFiles(), 'docker-compose.yml')).toBe(compose)
  })

  test('one that extends docker-compose.yml gets its name, and it another', async () => {
    const production = `services:
  web:
    extends: { file: ./docker-compose.yml, service: web } # as it is
`
    const source = await sourceOf(
      { 'docker-compose.yml': compose, 'production.yml': production },
      { composeFiles: ['production.yml'] },
    )
    const files = await source.composeFiles()
    expect(names(files)).toEqual(['.dray-docker-compose.yml', 'docker-compose.yml'])
    expect(textOf(files, 'docker-compose.yml')).toBe(
      production.replace('./docker-compose.yml', '".dray-docker-compose.yml"'),
    )
    expect(textOf(files, '.dray-docker-compose.yml')).toBe(compose)
  })

  test('one of a default name that includes another one stays, and that one gets another name', async () => {
    const main = 'include:\n  - docker-compose.yml\n  - path: [sub/a.yml, "docker-compose.yml"]\n'
    const sub = 'services:\n  b:\n    extends:\n      file: ../docker-compose.yml\n      service: web\n'
    const source = await sourceOf(
      { 'compose.yaml': main, 'docker-compose.yml': compose, 'sub/a.yml': sub },
      { composeFiles: ['compose.yaml'] },
    )
    const files = await source.composeFiles()
    expect(names(files)).toEqual(['.dray-docker-compose.yml', 'compose.yaml', 'sub/a.yml'])
    expect(textOf(files, 'compose.yaml')).toBe(
      'include:\n  - ".dray-docker-compose.yml"\n  - path: [sub/a.yml, ".dray-docker-compose.yml"]\n',
    )
    expect(textOf(files, 'sub/a.yml')).toBe(
      sub.replace('../docker-compose.yml', '"../.dray-docker-compose.yml"'),
    )
  })

  test.each(['compose.override.yml', 'compose.override.yaml', 'docker-compose.override.yaml'])(
    'a shipped %s, which would take the place of the pins, is refused',
    async (name) => {
      const source = await sourceOf({ 'docker-compose.yml': compose, [name]: compose }, { include: ['*'] })
      expect(await failureOf(source.bundle(fakeApp([]), {}))).toMatchObject({
        code: 'COMPOSE_INVALID',
        message: `Compose on the server would read ${name} instead of the pins of dray.`,
      })
    },
  )

  test.each(['compose.override.yml', 'docker-compose.override.yml'])(
    '%s as one of several is shipped under a name that Compose does not read on its own',
    async (name) => {
      const source = await sourceOf(
        { 'docker-compose.yml': compose, [name]: 'services:\n  web:\n    restart: always\n' },
        { composeFiles: ['docker-compose.yml', name], include: ['*.yml'] },
      )
      const files = await source.bundle(fakeApp([]), {})
      expect(names(files)).toEqual(
        [`.dray-${name}`, '.dray-docker-compose.yml', '.dray-pins.yml', 'docker-compose.yml'].sort(),
      )
      expect(textOf(files, 'docker-compose.yml')).toContain(
        `[".dray-docker-compose.yml",".dray-${name}",".dray-pins.yml"]`,
      )
      expect(textOf(files, `.dray-${name}`)).toContain('restart: always')
    },
  )

  test('several are included by a file of our own, with the pins last', async () => {
    const composeFiles = ['docker-compose.yml', 'docker-compose.prod.yml']
    const source = await sourceOf(
      { 'docker-compose.yml': compose, 'docker-compose.prod.yml': compose },
      { composeFiles },
    )
    const files = await source.bundle(fakeApp([]), { web: 'nginx@sha256:1' })
    expect(names(files)).toEqual([
      '.dray-docker-compose.yml',
      '.dray-pins.yml',
      'docker-compose.prod.yml',
      'docker-compose.yml',
    ])
    expect(textOf(files, 'docker-compose.yml')).toContain(
      '[".dray-docker-compose.yml","docker-compose.prod.yml",".dray-pins.yml"]',
    )
    expect(textOf(files, '.dray-pins.yml')).toContain('nginx@sha256:1')
    expect(textOf(files, '.dray-docker-compose.yml')).toBe(compose)
  })

  test.each(['compose.yaml', 'compose.yml', 'docker-compose.yaml'])(
    'of several, only %s keeps a default name on the server',
    async (name) => {
      const source = await sourceOf(
        { [name]: compose, 'prod.yml': compose },
        { composeFiles: [name, 'prod.yml'] },
      )
      expect(names(await source.composeFiles())).toEqual(
        ['.dray-pins.yml', `.dray-${name}`, name, 'prod.yml'].sort(),
      )
    },
  )

  test.each(['settings.env', 'more/inner.yml'])(
    '%s that is a link out of the directory is refused',
    async (name) => {
      const directory = await makeProject({
        'docker-compose.yml': 'include: [more/inner.yml]\nservices:\n  web:\n    env_file: settings.env\n',
        'settings.env': 'A=1',
        'more/inner.yml': compose,
      })
      const outside = await makeProject({ secret: compose })
      await rm(join(directory, name))
      await symlink(join(outside, 'secret'), join(directory, name))
      const source = createAppSource({ directory, composeFiles: ['docker-compose.yml'], include: [] })
      expect(await failureOf(source.composeFiles())).toMatchObject({ code: 'COMPOSE_PATH_OUTSIDE' })
    },
  )

  test('included, extended and read files come with them; env files of the server do not', async () => {
    const main = `
include: [{ path: [more/a.yml], env_file: more/values.env }, b.yml]
services:
  web:
    extends: { file: base/web.yml, service: web }
    env_file: [.env, { path: settings.env, required: false }, .env.production]
    label_file: labels.txt
`
    const source = await sourceOf({
      'docker-compose.yml': main,
      'more/a.yml': 'include: [inner.yml]\n',
      'more/inner.yml': compose,
      'more/values.env': 'A=1',
      'b.yml': compose,
      'base/web.yml': compose,
      'settings.env': 'B=2',
      'labels.txt': 'c=3',
      '.env': 'SECRET=1',
      '.env.production': 'SECRET=2',
    })
    expect(names(await source.composeFiles())).toEqual(
      [
        ...['b.yml', 'base/web.yml', 'docker-compose.yml', 'labels.txt'],
        ...['more/a.yml', 'more/inner.yml', 'more/values.env', 'settings.env'],
      ].sort(),
    )
  })

  test('a part of a wrong shape hides no file of the others', async () => {
    const main =
      'include: [1, b.yml]\nservices:\n  odd: { env_file: 1, extends: [x] }\n  web: { env_file: settings.env }\n'
    const source = await sourceOf({ 'docker-compose.yml': main, 'b.yml': compose, 'settings.env': 'B=2' })
    expect(names(await source.composeFiles())).toEqual(['b.yml', 'docker-compose.yml', 'settings.env'])
  })

  test('a file that includes itself is read once', async () => {
    const source = await sourceOf({ 'docker-compose.yml': 'include: [docker-compose.yml]\n' })
    expect(names(await source.composeFiles())).toEqual(['docker-compose.yml'])
  })

  test('one that is not there, or is no YAML, is refused by name', async () => {
    expect(await failureOf((await sourceOf({})).composeFiles())).toMatchObject({ code: 'COMPOSE_MISSING' })
    const broken = await sourceOf({ 'docker-compose.yml': 'services: [\n' })
    const failure = await failureOf(broken.composeFiles())
    expect(failure).toMatchObject({ code: 'COMPOSE_INVALID' })
    expect(failure.message).toMatch(/^docker-compose.yml is not YAML: .* at line 2, column 1/)
  })
})

describe('the bundle', () => {
  test('has the files that services mount, and those that the configuration adds', async () => {
    const source = await sourceOf(
      {
        'docker-compose.yml': compose,
        'nginx/conf.d/a.conf': '',
        'nginx/conf.d/x/b.conf': '',
        'c.sh': '',
        'other.txt': '',
      },
      { include: ['c.sh'] },
    )
    expect(names(await source.bundle(mounting('nginx/conf.d', 'not-there'), {}))).toEqual([
      'c.sh',
      'docker-compose.override.yml',
      'docker-compose.yml',
      'nginx/conf.d/a.conf',
      'nginx/conf.d/x/b.conf',
    ])
  })

  test('never has an env file, a repository, or dray’s own directory, whatever is asked for', async () => {
    const secrets = ['.env', '.env.production', '.env.local', '.git/config', '.dray/lock', 'config/.env']
    const source = await sourceOf(
      {
        'docker-compose.yml': compose,
        '.env.example': 'A=',
        ...Object.fromEntries(secrets.map((name) => [name, 'SECRET=1'])),
      },
      { include: ['.env', '.env.production', '.env.example', '.git', '.dray', 'config', '.'] },
    )
    expect(names(await source.bundle(mounting('.env', '.env.local', 'config'), {}))).toEqual([
      '.env.example',
      'docker-compose.override.yml',
      'docker-compose.yml',
    ])
  })

  test('is read once: the compared files are the shipped ones', async () => {
    const directory = await makeProject({ 'docker-compose.yml': compose, 'conf/app.conf': 'compared' })
    const source = createAppSource({ directory, composeFiles: ['docker-compose.yml'], include: [] })
    const model = mounting('conf')
    await source.bundle(model, {})
    await writeFile(join(directory, 'conf/app.conf'), 'changed meanwhile')
    expect(textOf(await source.bundle(model, { web: 'nginx@sha256:1' }), 'conf/app.conf')).toBe('compared')
    // The model of another host.
    expect(textOf(await source.bundle(mounting('conf'), {}), 'conf/app.conf')).toBe('compared')
    expect(textOf(await source.bundle(mounting('conf/app.conf'), {}), 'conf/app.conf')).toBe(
      'changed meanwhile',
    )
  })

  test('is read once for all hosts, and so is what git says about it', async () => {
    const directory = await makeProject({ 'docker-compose.yml': compose, 'conf/app.conf': '' })
    const source = createAppSource({ directory, composeFiles: ['docker-compose.yml'], include: [] })
    const [one, other] = await Promise.all(
      [mounting('conf'), mounting('conf')].map((it) => source.bundle(it, {})),
    )
    const contentOf = (files: typeof one) => files?.find(({ path }) => path === 'conf/app.conf')?.content
    expect(contentOf(one)).toBe(contentOf(other))
    expect(source.review?.()).toBe(source.review?.())
    expect(source.leftOut?.(['conf'])).toBe(source.leftOut?.(['conf']))
  })

  test('may be of more files than a process may have open', async () => {
    const pages = Array.from({ length: 400 }, (_, index): [string, string] => [`pages/${index}.html`, ''])
    const directory = await makeProject({ 'docker-compose.yml': compose, ...Object.fromEntries(pages) })
    const program = `
      import { createAppSource } from ${JSON.stringify(join(process.cwd(), 'src/adapters/source/app-source.ts'))}
      const source = createAppSource({ directory: '.', composeFiles: ['docker-compose.yml'], include: ['pages'] })
      console.log((await source.bundle({ services: [], pins: {} }, {})).length)
    `
    const argv = [
      process.execPath,
      '--import',
      import.meta.resolve('tsx'),
      '--input-type=module',
      '-e',
      program,
    ]
    const printed = execFileSync('sh', ['-c', 'ulimit -n 200; exec "$@"', 'sh', ...argv], { cwd: directory })
    expect(printed.toString().trim()).toBe('402')
  })

  test('leaves out ignored files, such as the data of a database', async () => {
    const directory = await makeProject({
      'docker-compose.yml': compose,
      '.gitignore': 'data/\n',
      'data/table': '1',
      'init/schema.sql': '',
    })
    execFileSync('git', ['init', '--quiet', directory])
    const source = createAppSource({ directory, composeFiles: ['docker-compose.yml'], include: [] })
    expect(names(await source.bundle(mounting('data', 'init'), {}))).not.toContain('data/table')
    expect(names(await source.bundle(mounting('data', 'init'), {}))).toContain('init/schema.sql')
  })

  test('leaves out any number of ignored files', async () => {
    const directory = await makeProject({ '.gitignore': 'data/\n' })
    execFileSync('git', ['init', '--quiet', directory])
    const written = Array.from({ length: 50_000 }, (_, index) => `data/base/16384/${index}_of_the_database`)
    const ignored = await ignoredByGit(directory, ['docker-compose.yml', ...written])
    expect([ignored.size, ignored.has('docker-compose.yml')]).toEqual([50_000, false])
  })

  test('keeps an executable file executable', async () => {
    const directory = await makeProject({ 'docker-compose.yml': compose, 'run.sh': '' })
    await chmod(join(directory, 'run.sh'), 0o700)
    const source = createAppSource({ directory, composeFiles: ['docker-compose.yml'], include: ['run.sh'] })
    expect(await source.bundle(mounting(), {})).toContainEqual({
      path: 'run.sh',
      content: Buffer.alloc(0),
      mode: 0o755,
    })
  })

  test('follows links to files and directories within the app', async () => {
    const directory = await makeProject({ 'docker-compose.yml': compose, 'common/a.conf': 'a' })
    await symlink('common', join(directory, 'linked'))
    await symlink('a.conf', join(directory, 'common/b.conf'))
    await symlink('..', join(directory, 'common/round'))
    const source = createAppSource({ directory, composeFiles: ['docker-compose.yml'], include: [] })
    const files = await source.bundle(mounting('linked'), {})
    expect(textOf(files, 'linked/a.conf')).toBe('a')
    expect(textOf(files, 'linked/b.conf')).toBe('a')
  })

  test.each([
    ['leads out of', '/etc/hostname'],
    ['leads nowhere', 'missing'],
  ])('refuses a link that %s the app', async (_what, target) => {
    const directory = await makeProject({ 'docker-compose.yml': compose, 'conf/a': '' })
    await symlink(target, join(directory, 'conf/link'))
    const source = createAppSource({ directory, composeFiles: ['docker-compose.yml'], include: ['conf'] })
    expect(await failureOf(source.bundle(mounting(), {}))).toMatchObject({ code: 'COMPOSE_PATH_OUTSIDE' })
  })

  test('a file name that an upload cannot carry is refused', async () => {
    const source = await sourceOf({ 'docker-compose.yml': compose, 'conf/a\nb': '' }, { include: ['conf'] })
    expect(await failureOf(source.bundle(mounting(), {}))).toMatchObject({ code: 'COMPOSE_PATH_OUTSIDE' })
  })

  test('a developer’s own override file stays at home: the server has ours', async () => {
    const source = await sourceOf(
      { 'docker-compose.yml': compose, 'docker-compose.override.yml': 'services: {dev: {}}' },
      { include: ['docker-compose.override.yml'] },
    )
    const text = textOf(
      await source.bundle(mounting(), { web: 'nginx@sha256:1' }),
      'docker-compose.override.yml',
    )
    expect(text).toContain('image: nginx@sha256:1')
    expect(text).not.toContain('dev')
  })
})

describe('patterns in dray.yml', () => {
  test('ship the matching files, except excluded ones and env files', async () => {
    const directory = await makeProject({
      'docker-compose.yml': compose,
      'certs/ca.pem': '',
      'certs/ca.key': '',
      'web/.env': 'SECRET=1',
      '.env.production': 'SECRET=1',
      'other.txt': '',
    })
    await symlink('/etc', join(directory, 'elsewhere'))
    const source = createAppSource({
      directory,
      composeFiles: ['docker-compose.yml'],
      include: ['certs/**', '**/.env', '.env*', '**/*.pem'],
      exclude: ['**/*.key'],
    })
    expect(names(await source.bundle(mounting(), {}))).toEqual([
      'certs/ca.pem',
      'docker-compose.override.yml',
      'docker-compose.yml',
    ])
  })

  test('keep mounted files on this side, too', async () => {
    const directory = await makeProject({
      'docker-compose.yml': compose,
      'nginx/a.conf': '',
      'nginx/a.test.conf': '',
    })
    const exclude = ['**/*.test.conf']
    const source = createAppSource({ directory, composeFiles: ['docker-compose.yml'], include: [], exclude })
    expect(names(await source.bundle(mounting('nginx'), {}))).toContain('nginx/a.conf')
    expect(names(await source.bundle(mounting('nginx'), {}))).not.toContain('nginx/a.test.conf')
  })
})

describe('the front', () => {
  const front = {
    services: ['web'],
    routes: [],
    definition: { image: 'nginx:1.28-alpine', networks: ['default'] },
    volumes: ['data'],
    configurationFile: 'default.conf',
    configuration: 'server {}',
    domains: [],
    left: [],
  }
  const added = '  web:\n    ports: !reset []\n'

  test.each([
    ['docker-compose.override.yml', ['docker-compose.yml']],
    ['.dray-pins.yml', ['docker-compose.yml', 'more.yml']],
  ])(
    'is in %s for Compose to resolve, and in the bundle with its configuration',
    async (name, composeFiles) => {
      const source = await sourceOf({ 'docker-compose.yml': compose, 'more.yml': compose }, { composeFiles })
      const files = await source.composeFiles(front)
      expect(names(files).filter((it) => it === name)).toHaveLength(1)
      expect(textOf(files, name)).toContain(added)
      expect(textOf(await source.composeFiles(), name)).not.toContain(added)
      const bundle = await source.bundle(fakeApp([fakeService('web')], { front }), {
        web: 'a',
        'dray-front': 'b',
      })
      expect(textOf(bundle, name)).toContain(
        `  dray-front:\n    image: b\n    networks:\n      - default\n${added}    image: a\n`,
      )
      expect(textOf(bundle, name)).toMatch(/\nvolumes:\n {2}data: \{\}\n$/)
      expect(textOf(bundle, 'dray-front/default.conf')).toBe('server {}')
    },
  )

  test('without a service to put it in front of, adds nothing', async () => {
    const source = await sourceOf({ 'docker-compose.yml': compose })
    const none = fakeApp([fakeService('web')], { front: { ...front, services: [] } })
    expect(names(await source.bundle(none, {}))).toEqual([
      'docker-compose.override.yml',
      'docker-compose.yml',
    ])
  })
})
