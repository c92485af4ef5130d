import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { runCli, type CliResult } from '../../support/run-cli.ts'
import { ensureBaseImages } from '../../support/images/base-images.ts'
import { command } from '../../support/images/command.ts'
import { startLocalRegistry, type LocalRegistry } from '../sample-app/local-registry.ts'

let registry: LocalRegistry
let base: string
/** Docker's configuration, and the apps. */
let directory: string

beforeAll(async () => {
  registry = await startLocalRegistry()
  base = (await ensureBaseImages()).node
  directory = await mkdtemp(join(tmpdir(), 'dray-building-'))
})

afterAll(async () => {
  await command(['sh', '-c', `docker images -q '${registry.host}/*/*' | sort -u | xargs -r docker rmi -f`])
  await registry[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

const config = 'environments: { test: { host: deploy@srv1, tag: sha } }\n'

/** An app of two images in a git repository, that says by its `env_file` that it needs a `.env`, and has none. */
async function makeApp(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const service = (name: string) => `  ${name}:
    image: ${registry.host}/\${REGISTRY_OWNER:-acme}/shop-${name}:\${IMAGE_TAG:-latest}
    build: { context: ./${name}, args: { APP_VERSION: "\${IMAGE_TAG:-dev}" } }
    env_file: .env
`
  const dockerfile = (name: string) =>
    `FROM ${base}\nARG APP_VERSION\nRUN echo this is ${name} $APP_VERSION | tee /version\n`
  const cwd = await mkdtemp(join(directory, 'app-'))
  const all = {
    'dray.yml': config,
    'docker-compose.yml': `services:\n${service('backend')}${service('frontend')}  nginx: { image: nginx:alpine }\n`,
    'backend/Dockerfile': dockerfile('backend'),
    'frontend/Dockerfile': dockerfile('frontend'),
    ...files,
  }
  for (const [name, text] of Object.entries(all)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true })
    await writeFile(join(cwd, name), text)
  }
  const git = ['git', '-C', cwd, '-c', 'user.name=a', '-c', 'user.email=a@example.com'] as const
  await command([...git, 'init', '-q', '-b', 'main'])
  await command([...git, 'remote', 'add', 'origin', 'git@github.com:Acme/shop.git'])
  await command([...git, 'add', '-A'])
  await command([...git, 'commit', '-q', '-m', 'first'])
  return cwd
}

function build(cwd: string, ...args: string[]): Promise<CliResult> {
  return runCli(['build', 'test', ...args], { cwd, env: { DOCKER_CONFIG: directory } })
}

const manifest = async (repository: string, tag: string) => {
  const accept =
    'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json'
  const url = `http://${registry.host}/v2/${repository}/manifests/${tag}`
  return (await fetch(url, { headers: { accept } })).headers.get('docker-content-digest')
}

describe('a push', () => {
  let cwd: string
  let sha: string
  let pushed: CliResult
  /** What `dray build` has put anywhere for itself since these tests began. */
  const buildDirectories = async () => {
    const names = (await Promise.all(['/dev/shm', tmpdir()].map((place) => readdir(place)))).flat()
    return names.filter((name) => name.startsWith('dray-build-') && !before.includes(name))
  }
  let before: string[] = []
  beforeAll(async () => {
    cwd = await makeApp()
    sha = (await command(['git', '-C', cwd, 'rev-parse', 'HEAD'])).trim()
    before = await buildDirectories()
    pushed = await build(cwd, '--push', '--digests', 'images.txt')
  })

  test('pushes every image with the commit and latest as tags, and prints the digests', async () => {
    expect(pushed.stderr).toContain(`Building backend and frontend as ${sha}`)
    expect(pushed.exitCode).toBe(0)
    const names = []
    for (const name of ['backend', 'frontend']) {
      const digest = await manifest(`acme/shop-${name}`, sha)
      expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
      expect(await manifest(`acme/shop-${name}`, 'latest')).toBe(digest)
      names.push(`${registry.host}/acme/shop-${name}@${digest ?? ''}\n`)
    }
    expect(pushed.stdout).toBe(names.join(''))
    expect(await readFile(join(cwd, 'images.txt'), 'utf8')).toBe(names.join(''))
  })

  test('labels them with the repository, the commit and the version', async () => {
    const format = '{{json .Config.Labels}}'
    const name = `${registry.host}/acme/shop-backend:${sha}`
    expect(JSON.parse(await command(['docker', 'image', 'inspect', '--format', format, name]))).toMatchObject(
      {
        'org.opencontainers.image.source': 'https://github.com/Acme/shop',
        'org.opencontainers.image.revision': sha,
        'org.opencontainers.image.version': sha,
      },
    )
  })

  test('reports each step, and leaves no files behind', async () => {
    expect(pushed.stderr).toMatch(/^backend │ this is backend [0-9a-f]{40}$/m)
    expect(pushed.stderr).toMatch(/^frontend 2\/2 RUN .* \d+\.\d s$/m)
    // Other tests build at the same time: theirs come and go.
    await expect.poll(buildDirectories).toEqual([])
  })

  test('of files that are not the commit is refused, unless they get a name of their own', async () => {
    const changed = await makeApp()
    await command(['sh', '-c', 'echo "RUN true" >>"$0/backend/Dockerfile"', changed])
    const refused = await build(changed, '--push')
    expect(refused).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('[BUILD_DIRTY]') as string })
    expect((await build(changed, '--push', '--tag', 'mine')).exitCode).toBe(0)
    expect(await manifest('acme/shop-backend', 'mine')).toMatch(/^sha256:/)
  })

  test('to an unreachable registry fails with the reason', async () => {
    const away = await makeApp({
      'docker-compose.yml': 'services: { app: { image: "127.0.0.1:1/acme/app", build: ./backend } }\n',
    })
    const { exitCode, stderr } = await build(away, '--push')
    expect(stderr).toMatch(/\[PUSH_FAILED\][^]*app was not pushed: .*connection refused/)
    expect(exitCode).toBe(1)
  })
})

test("without a push, the images are in this machine's Engine, by name", async () => {
  const cwd = await makeApp()
  const { exitCode, stdout } = await build(cwd, '--tag', 'here', '--json')
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    type: 'build.finished',
    tag: 'here',
    pushed: false,
    images: [
      { service: 'backend', repository: `${registry.host}/acme/shop-backend` },
      { service: 'frontend' },
    ],
  })
  await command(['docker', 'image', 'inspect', `${registry.host}/acme/shop-frontend:here`])
})

test('a step that fails is shown with its last lines', async () => {
  const dockerfile = `FROM ${base}\nRUN echo installing; echo E404 >&2; exit 7\n`
  const { exitCode, stderr, stdout } = await build(await makeApp({ 'backend/Dockerfile': dockerfile }))
  expect(exitCode).toBe(1)
  expect(stdout).toBe('')
  expect(stderr).toContain('[BUILD_FAILED]')
  expect(stderr).toMatch(/backend: `RUN echo installing.*` \(Dockerfile, line 2\) failed with exit code 7\./)
  // BuildKit separates the two streams of a step, and which comes first is chance.
  expect(stderr).toMatch(/Last lines of [^]*│ installing\n/)
  expect(stderr).toMatch(/Last lines of [^]*│ E404\n/)
})

describe('is refused, with a hint:', () => {
  test.each<[string, Record<string, string>, string, number]>([
    [
      'nothing to build',
      { 'docker-compose.yml': 'services: { web: { image: nginx } }\n' },
      'BUILD_NOTHING',
      2,
    ],
    [
      'an image without a name',
      { 'docker-compose.yml': 'services: { web: { build: ./backend } }\n' },
      'BUILD_IMAGE_UNNAMED',
      2,
    ],
    [
      'a compose file that Compose refuses',
      { 'docker-compose.yml': 'services: { web: { imag: nginx } }\n' },
      'COMPOSE_INVALID',
      2,
    ],
  ])('%s', async (_, files, code, exitCode) => {
    const result = await build(await makeApp(files), '--tag', 'v1')
    expect(result).toMatchObject({ exitCode, stderr: expect.stringContaining(`[${code}]`) as string })
  })

  test('GHCR without a login', async () => {
    const files = {
      'docker-compose.yml': 'services: { web: { image: ghcr.io/acme/web, build: ./backend } }\n',
    }
    const result = await build(await makeApp(files), '--push')
    expect(result).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('[REGISTRY_UNAUTHORIZED]') as string,
    })
  })

  test('digests without a push', async () => {
    const result = await build(await makeApp(), '--digests', 'x')
    expect(result).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Add `--push`') as string })
  })
})

describe('on a machine', () => {
  afterEach(() => void vi.unstubAllEnvs())

  test('without Docker, the build names the package to install', async () => {
    const cwd = await makeApp()
    const programs = await mkdtemp(join(directory, 'bin-'))
    for (const name of ['sh', 'env', 'cat', 'git'])
      await symlink((await command(['sh', '-c', 'command -v "$0"', name])).trim(), join(programs, name))
    vi.stubEnv('PATH', programs)
    const { exitCode, stderr } = await build(cwd)
    expect(stderr).toMatch(/\[BUILDX_MISSING\][^]*There is no `docker` command[^]*install-buildx/)
    expect(exitCode).toBe(3)
  })

  test.each(['', '--push'])('whose Docker does not run, `dray build test %s` says so', async (option) => {
    const cwd = await makeApp()
    vi.stubEnv('DOCKER_HOST', 'unix:///nowhere/docker.sock')
    const { exitCode, stderr } = await build(cwd, '--tag', 'v1', ...(option === '' ? [] : [option]))
    expect(stderr).toMatch(
      /\[DOCKER_UNREACHABLE\][^]*Docker on this machine does not answer[^]*Start Docker on this machine/,
    )
    expect(exitCode).toBe(3)
  })
})
