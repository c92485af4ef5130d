import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BenchNetwork } from '../bench-network.ts'
import type { AppForm } from '../sample-app.ts'
import { appDirectory, resetServer } from '../stage.ts'
import type { Growth } from './growth.ts'
import { loadManyImages } from './many-images.ts'
import { runAtClient } from './run-at-client.ts'

const dray = (command: string, ...args: readonly string[]): string[] => ['dray', command, 'ssh', ...args]
const deploy = (tag: string): string[] => dray('deploy', '--tag', tag)
/** What a hand types on the server, in the directory of the app. */
const byHand = (line: string): string[] => ['ssh', 'deploy@srv1', `cd ${appDirectory} && ${line}`]
const logs = (...options: readonly string[]): string[] => dray('logs', 'chatter', ...options)
const unchanged = { title: 'deploy, nothing changed', argv: deploy('v2') }
const status = { title: 'status', argv: dray('status') }

/** What an app on one host may have much of. */
export const growths: readonly Growth[] = [
  {
    name: 'scale-journal',
    title: 'a long history',
    unit: 'releases in the journal',
    sizes: [100, 1_000, 10_000],
    prepare: async (network, size) => {
      await reset(network)
      await runAtClient(network, deploy('v1'))
      await repeatJournal(network, size)
      await runAtClient(network, deploy('v2'))
    },
    steps: [
      status,
      { title: 'history', argv: dray('history') },
      { title: 'rollback, the plan', argv: dray('rollback', '--dry-run') },
      unchanged,
    ],
  },
  {
    name: 'scale-services',
    title: 'many services, each a container of 40 MB',
    unit: 'services',
    sizes: [5, 15, 50],
    prepare: (network, size) => reset(network, { workers: size - 3, intervalSeconds: 30 }),
    steps: [
      { title: 'first deploy', argv: deploy('v1') },
      { title: 'plan of the next version', argv: dray('plan', '--tag', 'v2') },
      { title: 'deploy of the next version', argv: deploy('v2') },
      unchanged,
      status,
      {
        title: '`docker compose up -d`, by hand, back to v1',
        argv: byHand('IMAGE_TAG=v1 docker compose -f docker-compose.yml up -d'),
      },
    ],
  },
  {
    name: 'scale-files',
    title: 'many files beside the compose file, of 1 kB',
    unit: 'files',
    sizes: [50, 500, 5_000],
    prepare: async (network, size) => {
      await reset(network)
      for (let index = 0; index < size; index += 1) await writePage(network, index, 'first')
    },
    steps: [
      { title: 'first deploy', argv: deploy('v1') },
      { title: 'deploy of the next version', argv: deploy('v2') },
      unchanged,
      {
        title: 'deploy, one file changed',
        argv: deploy('v2'),
        before: (network) => writePage(network, 0, 'second'),
      },
      { title: 'rollback', argv: dray('rollback') },
      status,
      {
        title: '`tar` of all files into `ssh`, by hand',
        argv: ['sh', '-c', `tar -cz nginx | ssh deploy@srv1 tar -xz -C ${appDirectory}`],
      },
    ],
  },
  {
    name: 'scale-images',
    title: 'many images on the server, each listed with 20 MB that all of them share',
    unit: 'images',
    sizes: [20, 200, 1_000],
    prepare: async (network, size) => {
      await reset(network)
      await runAtClient(network, deploy('v1'))
      await loadManyImages(network, size)
    },
    steps: [
      { title: 'deploy of the next version', argv: deploy('v2') },
      unchanged,
      status,
      { title: 'disk', argv: dray('disk') },
      { title: 'clean, the plan', argv: dray('clean', '--dry-run') },
      { title: '`docker system df -v`, by hand', argv: byHand('docker system df -v') },
    ],
  },
  {
    name: 'scale-logs',
    title: 'a long log',
    unit: 'lines',
    sizes: [10_000, 100_000, 1_000_000],
    prepare: async (network, size) => {
      await reset(network, { logLines: size })
      await runAtClient(network, deploy('v1'))
      await untilLogged(network, size)
    },
    steps: [
      { title: 'the last 100', argv: logs() },
      { title: 'all', argv: logs('--tail', 'all') },
      { title: 'one of a thousand, with `--grep`', argv: logs('--grep', '^[0-9]*000 ') },
      {
        title: 'followed from the beginning to the last',
        argv: logs('--tail', 'all', '--follow'),
        follows: true,
      },
      { title: '`docker compose logs`, by hand', argv: byHand('docker compose logs chatter') },
    ],
  },
]

async function reset(network: BenchNetwork, form: Partial<AppForm> = {}): Promise<void> {
  await resetServer({ ...network, place: 'ssh', form: { intervalSeconds: 1, ...form }, withTasks: false })
}

/** Makes the journal of one deploy that of so many, one after the other. */
async function repeatJournal({ server }: BenchNetwork, releases: number): Promise<void> {
  const script = `cd ${appDirectory}/.dray && cp journal.ndjson once && awk -v releases=${releases} '
    { lines[NR] = $0 }
    END {
      for (release = 1; release <= releases; release++) for (line = 1; line <= NR; line++) {
        text = lines[line]
        sub(/"release":"r[0-9]+"/, "\\"release\\":\\"r" release "\\"", text)
        print text
      }
    }' once > journal.ndjson && rm once`
  const { exitCode, stderr } = await server.run(['sh', '-c', script])
  if (exitCode !== 0) throw new Error(`The journal was not repeated: ${stderr}`)
}

/** In the directory that nginx mounts, a hundred to a directory. */
async function writePage({ clientDirectory }: BenchNetwork, index: number, text: string): Promise<void> {
  const path = join(clientDirectory, 'nginx/conf.d/pages', String(Math.floor(index / 100)), `${index}.html`)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `${text} ${index}\n`.padEnd(1_000, '-'))
}

async function untilLogged({ server }: BenchNetwork, lines: number): Promise<void> {
  const script = `until docker logs --tail 1 shop-chatter-1 | grep -q '^${lines} '; do sleep 0.5; done`
  const { exitCode, stderr } = await server.run(['timeout', '300', 'sh', '-c', script], {
    timeoutMs: 310_000,
  })
  if (exitCode !== 0) throw new Error(`${lines} lines were not written within five minutes: ${stderr}`)
}
