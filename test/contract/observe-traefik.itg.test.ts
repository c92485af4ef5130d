import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEngine } from '../../src/adapters/docker/engine-api.ts'
import { LocalRunner } from '../../src/adapters/host/local-runner.ts'
import type { Container } from '../../src/deploy/model/container.ts'
import { observeTraefik } from '../../src/deploy/plan/proxies/observe-traefik.ts'
import { dockerHere as docker } from '../support/docker-here.ts'
import { ensureBaseImages } from '../support/images/base-images.ts'

const name = `dray-traefik-${randomBytes(3).toString('hex')}`
const runner = new LocalRunner()
const engine = createEngine(runner)

beforeAll(async () => {
  const { node } = await ensureBaseImages()
  const options = ['--workdir', '/srv', '--env', 'HOME=/root', '--env', 'XDG_CONFIG_HOME=/config']
  await docker('run', '--detach', '--quiet', '--name', name, ...options, node, 'sleep', '3600')
})
afterAll(() => docker('rm', '--force', name))

const labelledFlags = ['--providers.docker.exposedbydefault=false']
const labelled = { docker: 'labelled', hasFile: false, hasOthers: false }
const named = { docker: 'none', hasFile: true, hasOthers: false }
const providers = 'providers: {file: {directory: /dynamic}}'

/** What is observed of a Traefik that was started with these flags, in a container that a script has prepared. */
async function observe(script: string, flags: readonly string[] = labelledFlags) {
  const clean = 'rm -rf /etc/traefik /srv/* /root/.config /config'
  await docker('exec', name, 'sh', '-c', `${clean}; mkdir -p /etc/traefik; ${script}`)
  return observeTraefik({ id: name, command: ['traefik', ...flags] } as unknown as Container, engine)
}

test('without a file the flags say where Traefik gets its routes from', async () => {
  expect(await observe(':')).toEqual(labelled)
})

test.each([
  '/etc/traefik/traefik.yml',
  '/config/traefik.yaml',
  '/root/.config/traefik.yml',
  '/srv/traefik.yml',
])('the file %s, where Traefik looks for it, excludes the flags', async (path) => {
  expect(await observe(`mkdir -p $(dirname ${path}); echo '${providers}' > ${path}`)).toEqual(named)
})

test.each(['--configFile=/srv/own.yml', '--configfile /srv/own.yml', '-configFile=own.yml'])(
  'the file that %s names comes first',
  async (flags) => {
    const files = `echo 'api: {}' > /etc/traefik/traefik.yml; echo '${providers}' > /srv/own.yml`
    expect(await observe(files, flags.split(' '))).toEqual(named)
  },
)

test('a link is followed, as Traefik does', async () => {
  const link = `echo '${providers}' > /srv/own.yml; ln -s /srv/own.yml /etc/traefik/traefik.yml`
  expect(await observe(link)).toEqual(named)
})

test.each([
  [
    'a bomb of aliases',
    'echo "a: &a [x,x]" > F; for i in 1 2 3 4 5 6 7 8 9; do echo "b$i: &b$i [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]"; done >> F',
  ],
  ['one line of 100 MB', 'truncate -s 100M F'],
  ['a fifo in its place, and no flags', 'mkfifo F'],
])('of a file that is %s nothing is known', async (_what, script) => {
  const flags: string[] = []
  expect(await observe(script.replaceAll('F', '/etc/traefik/traefik.yml'), flags)).toBeUndefined()
})
