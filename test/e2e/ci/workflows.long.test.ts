import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  buildAndPush,
  checkout,
  drayAction,
  login,
  setUpBuildx,
} from '../../support/actions/known-actions.ts'
import { parseWorkflow } from '../../support/actions/parse-workflow.ts'
import { runJob, type JobOptions, type JobRun, type WorkflowJob } from '../../support/actions/runner.ts'
import { shopDirectory } from '../../support/images/app-images.ts'
import { command } from '../../support/images/command.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { testToken } from '../../support/net/registry.ts'
import type { RunResult } from '../../support/net/run-command.ts'
import { pushNode } from './support/push-node.ts'
import { moveTag } from './support/move-tag.ts'
import { releaseAction } from './support/release-action.ts'

const net = attachTestNet()
const server = net.server('srv1')
/** A machine with Docker and no key for the server. Its Engine can write caches for others, since containerd keeps its images. */
const runner = net.server('srv2')
const drayReference = 'acme/dray'
const token = 'ghs_app_JWT-of-one.job_only'
let app: string
/** Stands for the repository of dray on GitHub. */
let releases: string
let secrets: Readonly<Record<string, string>>

const git = (...args: string[]): Promise<string> =>
  command(['git', '-C', app, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args])

beforeAll(async () => {
  app = join(await mkdtemp(join(tmpdir(), 'dray-ci-')), 'bazaar')
  releases = await releaseAction(join(app, '../releases'))
  const sources = ['backend', 'frontend', 'production', '.dockerignore', '.gitignore']
  for (const name of sources) await cp(join(shopDirectory, name), join(app, name), { recursive: true })
  await git('init', '-q', '-b', 'main')
  await git('remote', 'add', 'origin', 'git@github.com:Acme/bazaar.git')
  await net.registry.setTokens([testToken, token])
  await pushNode(net.registry)
  await makeDirectory('/srv/bazaar')
  secrets = {
    GITHUB_TOKEN: token,
    SSH_KEY: (await net.client.run(['cat', '/root/.ssh/id_ed25519'])).stdout,
    SSH_KNOWN_HOSTS: (await net.client.run(['cat', '/root/.ssh/known_hosts'])).stdout,
  }
})

afterAll(async () => {
  await net.registry.reset()
  await takeDown('bazaar')
  await takeDown('bazaar-production')
  await rm(join(app, '..'), { recursive: true, force: true })
})

type Workflow = { name: string; jobs: { build: WorkflowJob; deploy: WorkflowJob } }

/** Runs both jobs of a workflow for a commit or a tag, each on a runner of its own. */
async function runWorkflow(
  file: string,
  ref: { name: string; type: string },
): Promise<{ build: JobRun; deploy: JobRun }> {
  const text = await readFile(join(app, '.github/workflows', file), 'utf8')
  await parseWorkflow(file, text)
  const { jobs } = parse(text) as Workflow
  const github = {
    actor: 'octocat',
    repository: 'Acme/bazaar',
    repository_owner: 'Acme',
    server_url: 'https://github.com',
    sha: await head(),
    ref_name: ref.name,
    ref_type: ref.type,
  }
  const options = runnerOptions()
  const build = await runJob(jobs.build, { ...options, contexts: { github, secrets } })
  const needs = { build: { outputs: build.outputs } }
  const deploy = await runJob(jobs.deploy, { ...options, contexts: { github, secrets, needs } })
  return { build, deploy }
}

function runnerOptions(): Omit<JobOptions, 'contexts'> {
  const { caFile } = net.facts.registry
  return {
    machine: runner,
    actions: {
      'actions/checkout': checkout(app),
      'docker/setup-buildx-action': setUpBuildx,
      'docker/login-action': login,
      'docker/build-push-action': buildAndPush,
      [drayReference]: drayAction(releases, token),
    },
    env: { SSL_CERT_FILE: caFile, NODE_EXTRA_CA_CERTS: caFile },
  }
}

async function head(): Promise<string> {
  return (await git('rev-parse', 'HEAD')).trim()
}

async function init(...options: string[]): Promise<void> {
  const hosts = ['--test', server.sshTarget, '--production', server.sshTarget]
  const { exitCode, stderr } = await net.client.run(['dray', 'init', '--yes', ...hosts, ...options], {
    cwd: app,
  })
  if (exitCode !== 0) throw new Error(stderr)
  await git('add', '-A')
  await git('commit', '-q', '-m', 'Deploy with dray')
}

async function answeredBy(): Promise<string | null> {
  return (await fetch(`http://${server.address}/api/version`)).headers.get('x-version')
}

async function takeDown(project: string): Promise<void> {
  const filter = `label=com.docker.compose.project=${project}`
  await server.run([
    'sh',
    '-c',
    `docker ps -aq --filter ${filter} | xargs -r docker rm -fv; rm -rf /srv/${project}`,
  ])
}

async function makeDirectory(path: string): Promise<void> {
  const owner = ['-o', 'deploy', '-g', 'deploy']
  await server.run(['install', '-d', ...owner, path])
  await server.run(['install', '-m', '600', ...owner, '/dev/null', `${path}/.env`])
}

function expectGood({ build, deploy }: { build: JobRun; deploy: JobRun }): void {
  for (const { exitCode, log } of [build, deploy]) expect(exitCode === 0 ? '' : log).toBe('')
  const key = secrets['SSH_KEY']?.split('\n')[1] ?? ''
  for (const text of [build.log, deploy.log, deploy.summary]) {
    expect(text).not.toContain(token)
    expect(text).not.toContain(key)
  }
  expect([...build.left, ...deploy.left]).toEqual([])
}

test('from `dray init` to an app that answers: a commit, two images, dray as a file', async () => {
  await init()
  const check = await net.client.run(['dray', 'check'], { cwd: app })
  expect(check).toMatchObject({ exitCode: 0, stderr: '' })

  const jobs = await runWorkflow('deploy.yml', { name: 'main', type: 'branch' })
  expectGood(jobs)
  expect(await answeredBy()).toBe(await head())
  const { build, deploy } = jobs
  expect(build.outputs['images']).toMatch(
    /^ghcr\.io\/acme\/bazaar-backend@sha256:\w{64} ghcr\.io\/acme\/bazaar-frontend@sha256:\w{64}$/,
  )
  expect(deploy.summary).toContain('## bazaar on test')
  for (const image of build.outputs['images']?.split(' ') ?? [])
    expect(deploy.summary).toContain(image.replace('@', '&#64;'))
  expect(deploy.steps['deploy']?.outputs).toMatchObject({
    outcome: 'deployed',
    release: 'r1',
    tag: await head(),
  })
})

describe('the release on test', () => {
  const promote = (tag: string, ...args: string[]): Promise<RunResult> =>
    net.client.run(['dray', 'promote', 'test', 'production', '--tag', tag, ...args], {
      cwd: app,
      env: { GITHUB_TOKEN: token },
    })

  beforeAll(async () => {
    const compose = 'docker-compose.production.yml'
    const text = (await readFile(join(app, 'dray.yml'), 'utf8')).replace(`compose: ${compose}`, '')
    await writeFile(join(app, 'same-images.yml'), text)
  })

  test('gets the tag of production, as it is', async () => {
    const first = await promote('v1.3.0', '--config', 'same-images.yml')
    expect(first).toMatchObject({ exitCode: 0 })
    const images = first.stdout.trim().split('\n')
    expect(images).toHaveLength(2)
    for (const image of images) {
      const [name = '', digest] = image.replace('ghcr.io/', '').split('@')
      const url = `http://${net.registry.pushHost}/v2/${name}/manifests/v1.3.0`
      const found = await fetch(url, { headers: { accept: 'application/vnd.oci.image.index.v1+json' } })
      expect(found.headers.get('docker-content-digest')).toBe(digest)
    }
    const again = await promote('v1.3.0', '--config', 'same-images.yml')
    expect(again).toMatchObject({ exitCode: 0, stdout: first.stdout })
    expect(again.stderr).not.toContain('now points to')
  })

  test('does not take a tag away from another image', async () => {
    const frontend = (await promote('taken', '--config', 'same-images.yml')).stdout.split('\n')[1] ?? ''
    await moveTag(net.registry, 'acme/bazaar-frontend', 'taken')
    const { exitCode, stderr } = await promote('taken', '--config', 'same-images.yml')
    expect(stderr).toContain('[TAG_TAKEN]')
    expect(stderr).toContain(`not to ${frontend.split('@')[1] ?? ''}`)
    expect(exitCode).toBe(3)
  })

  test('differs from the single image of production', async () => {
    const { exitCode, stderr } = await promote('v1.3.0')
    expect(stderr).toMatch(
      /\[PROMOTE_DIFFERENT\][^]*production uses ghcr\.io\/acme\/bazaar, which was not tested: test does not run it/,
    )
    expect(exitCode).toBe(3)
  })

  test('gets no tag with a login that may only read', async () => {
    await net.registry.setFault({ match: /^PUT ghcr\.io\/v2\/.*\/manifests\//, status: 403 })
    const { exitCode, stderr } = await promote('v1.3.1', '--config', 'same-images.yml')
    await net.registry.clearFaults()
    expect(stderr).toMatch(/\[REGISTRY_FORBIDDEN\][^]*does not allow this login to write[^]*packages: write/)
    expect(exitCode).toBe(3)
  })
})

test('a tag, one image, dray as an action', async () => {
  await takeDown('bazaar')
  await makeDirectory('/srv/bazaar-production')
  const commit = (await command(['git', '-C', releases, 'rev-parse', 'v1.0.0^{commit}'])).trim()
  await init('--overwrite', '--action', `${drayReference}@${commit} # v1.0.0`)
  await command(['sed', '-i', '/^  production:/,$s#/srv/bazaar#&-production#', join(app, 'dray.yml')])
  await command([
    'sed',
    '-i',
    '/^  production:/,$s#tag: version#&\\n    url: https://bazaar.example.com#',
    join(app, 'dray.yml'),
  ])
  await git('commit', '-qam', 'Production has its own directory')

  const jobs = await runWorkflow('deploy-production.yml', { name: 'v1.4.0', type: 'tag' })
  expectGood(jobs)
  expect(await answeredBy()).toBe('v1.4.0')
  expect(jobs.deploy.environmentUrl).toBe('https://bazaar.example.com')
})

test('the action at its tag v1', async () => {
  const inputs = { environment: 'production', tag: 'v1.4.0', command: 'plan' }
  const keys = { 'ssh-key': '${{ secrets.SSH_KEY }}', 'known-hosts': '${{ secrets.SSH_KNOWN_HOSTS }}' }
  const steps = [
    { uses: 'actions/checkout@v7' },
    { uses: `${drayReference}@v1`, with: { ...inputs, ...keys } },
  ]
  const planned = await runJob({ steps }, { ...runnerOptions(), contexts: { secrets } })
  expect(planned.exitCode === 0 ? '' : planned.log).toBe('')
  expect(planned.log).toContain('bazaar on production: nothing to do, release r1 is already running.')
})

/** `dray build` as another CI would run it. */
async function buildElsewhere(accepted: Parameters<typeof net.registry.setTokens>[0]): Promise<JobRun> {
  await net.registry.setTokens([testToken, ...accepted])
  const steps = [
    { uses: 'actions/checkout@v7' },
    {
      id: 'build',
      run: 'exec node tools/dray.mjs build production --push --tag v1.4.1',
      env: { GITHUB_TOKEN: '${{ secrets.GITHUB_TOKEN }}' },
    },
  ]
  const outputs = { images: '${{ steps.build.outputs.images }}' }
  return runJob({ steps, outputs }, { ...runnerOptions(), contexts: { secrets } })
}

test('`dray build` pushes the same from anywhere, and the token is nowhere', async () => {
  await net.registry.forgetRequests()
  const { exitCode, outputs, log, left } = await buildElsewhere([token])
  expect(exitCode === 0 ? '' : log).toBe('')
  const pushed = (await net.registry.requests()).filter(
    ({ method, path }) => method === 'PUT' && path.includes('/manifests/'),
  )
  const tags = pushed
    .map(({ path }) => path.replace('/v2/acme/bazaar/manifests/', ''))
    .filter((it) => !it.startsWith('sha256'))
  expect([...new Set(tags)].sort()).toEqual(['buildcache', 'latest', 'v1.4.1'])
  expect(log).toContain(`${outputs['images'] ?? ''}\n`)
  expect(left).toEqual([])
  for (const text of [token, Buffer.from(`token:${token}`).toString('base64')]) {
    expect(log).not.toContain(text)
    expect(await runner.findOnDisk(text)).toEqual([])
  }

  const deployed = await net.client.run(
    ['dray', 'deploy', 'production', '--tag', 'v1.4.1', '--expect', outputs['images'] ?? ''],
    {
      cwd: app,
      env: { GITHUB_TOKEN: testToken },
    },
  )
  expect(deployed).toMatchObject({ exitCode: 0 })
  expect(await answeredBy()).toBe('v1.4.1')
})

test('a token that may not write says whose right is missing', async () => {
  const { exitCode, log } = await buildElsewhere([{ token, repositories: ['acme/other'] }])
  expect(log).toContain('[REGISTRY_FORBIDDEN]')
  expect(log).toContain('packages: write')
  expect(exitCode).toBe(3)
})
