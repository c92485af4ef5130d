import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { testToken } from '../test/support/net/registry.ts'
import type { BenchNetwork } from './bench-network.ts'
import { makeAppFiles, makeDrayConfig, type AppForm } from './sample-app.ts'
import { countCpu } from './cpu-use.ts'
import { countSshBytes } from './ssh-use.ts'

/** From where a deploy is started: from the client over SSH, or on the server itself. */
export type Place = 'ssh' | 'local'

/** The server with the app's directory as one measurement needs it. */
export type Stage = BenchNetwork & { place: Place; form: AppForm; withTasks: boolean }

export const appDirectory = '/srv/shop'
/** docker-rollout, where it was given. */
export const rolloutOnServer = '/usr/local/bin/docker-rollout'
export const firstVersions = ['v1', 'v1-abrupt'] as const
const scriptFiles = ['deploy.sh', 'handwritten.sh'].map((name) => join(import.meta.dirname, name))

/** Logs in and pulls what the measurements start from, so that only the new version is fetched while they run. */
export async function prepareServer({ net, server, rollout }: BenchNetwork): Promise<void> {
  countCpu(net)
  await countSshBytes(server)
  if (rollout !== undefined) await server.writeFile(rolloutOnServer, await readFile(rollout, 'utf8'))
  const images = [
    'nginx:alpine',
    'ghcr.io/acme/shop-frontend:v1',
    ...firstVersions.map((tag) => `ghcr.io/acme/shop-backend:${tag}`),
  ]
  const login = `echo '${testToken}' | docker login ghcr.io -u octocat --password-stdin`
  const pulls = images.map((image) => `docker pull --quiet ${image}`)
  await mustRun(server, `${login} && su deploy -c "${login}" && ${pulls.join(' && ')}`)
  await mustRun(server, 'docker images --quiet --no-trunc | sort -u > /root/first-images')
}

/** Takes the app and every image that is not of the first versions off the server, and puts fresh files in place. */
export async function resetServer(stage: Stage): Promise<void> {
  const { server, place, form, clientDirectory, withTasks } = stage
  const owner = place === 'ssh' ? 'deploy' : 'root'
  await mustRun(
    server,
    `docker ps --all --quiet | xargs --no-run-if-empty docker rm --force
     docker network prune --force && docker volume prune --all --force
     docker images --all --quiet --no-trunc | sort -u | grep -vxFf /root/first-images |
       xargs --no-run-if-empty docker rmi --force
     rm -rf ${appDirectory} && install -d ${appDirectory}`,
  )
  const files = makeAppFiles(form)
  files.set('dray.yml', makeDrayConfig({ withTasks }))
  await rm(clientDirectory, { recursive: true })
  for (const [path, content] of files) {
    await server.writeFile(join(appDirectory, path), content)
    await mkdir(dirname(join(clientDirectory, path)), { recursive: true })
    await writeFile(join(clientDirectory, path), content)
  }
  await mustRun(
    server,
    `cd ${appDirectory} && cp ${scriptFiles.join(' ')} . && echo DATABASE_URL=postgres://bench > .env && chmod 600 .env
     chown -R ${owner}: .`,
  )
}

/** Resolves when the app has answered with this version ten times in a row. Throws after 60 s. */
export async function untilServes({ server }: BenchNetwork, version: string): Promise<void> {
  let inRow = 0
  for (const until = Date.now() + 60_000; inRow < 10;) {
    if (Date.now() > until) throw new Error(`${version} did not serve within 60 s.`)
    inRow = (await versionServing(server.address)) === version ? inRow + 1 : 0
    await sleep(50)
  }
}

/** The version that answers now; undefined when none does. */
export async function versionServing(address: string): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(2000)
    const response = await fetch(`http://${address}/api/version`, {
      signal,
      headers: { connection: 'close' },
    })
    await response.arrayBuffer()
    return response.ok ? (response.headers.get('x-version') ?? undefined) : undefined
  } catch {
    return undefined
  }
}

async function mustRun(server: BenchNetwork['server'], script: string): Promise<void> {
  const { exitCode, stdout, stderr } = await server.run(['sh', '-c', script], { timeoutMs: 300_000 })
  if (exitCode !== 0) throw new Error(`The server could not be prepared: ${stderr}${stdout}`)
}
