import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BenchNetwork } from '../bench-network.ts'
import type { AppForm } from '../sample-app.ts'
import { appDirectory, resetServer } from '../stage.ts'
import type { Growth } from './growth.ts'
import { runDrayOverSsh } from './run-dray.ts'

const deploy = (tag: string): string[] => ['deploy', 'ssh', '--tag', tag]
const unchanged = { title: 'deploy, nothing changed', args: deploy('v2') }

/** What an app on one host may have much of. */
export const growths: readonly Growth[] = [
  {
    name: 'scale-journal',
    title: 'a long history',
    unit: 'releases in the journal',
    sizes: [100, 1_000, 10_000],
    prepare: async (network, size) => {
      await reset(network)
      await runDrayOverSsh(network, deploy('v1'))
      await repeatJournal(network, size)
      await runDrayOverSsh(network, deploy('v2'))
    },
    steps: [
      { title: 'status', args: ['status', 'ssh'] },
      { title: 'history', args: ['history', 'ssh'] },
      { title: 'rollback, the plan', args: ['rollback', 'ssh', '--dry-run'] },
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
      { title: 'first deploy', args: deploy('v1') },
      { title: 'plan of the next version', args: ['plan', 'ssh', '--tag', 'v2'] },
      { title: 'deploy of the next version', args: deploy('v2') },
      unchanged,
      { title: 'status', args: ['status', 'ssh'] },
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
      { title: 'first deploy', args: deploy('v1') },
      { title: 'deploy of the next version', args: deploy('v2') },
      unchanged,
      {
        title: 'deploy, one file changed',
        args: deploy('v2'),
        before: (network) => writePage(network, 0, 'second'),
      },
      { title: 'rollback', args: ['rollback', 'ssh'] },
      { title: 'status', args: ['status', 'ssh'] },
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
