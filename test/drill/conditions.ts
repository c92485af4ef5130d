import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestApp } from '../support/app/test-app.ts'
import { cloneDirectory } from '../support/net/machine.ts'
import { cancelAfter, inServer, type Fault } from './fault.ts'

const composeFile = 'docker-compose.yml'

/** The shell of the one who deploys reads this file before each command that comes over SSH. */
const shellFile = '/home/deploy/.bashrc'

/** Wrong from the beginning of a run, or in the app itself. */
export const conditions: readonly Fault[] = [
  {
    name: 'client-clock',
    title: "client's clock wrong by a day",
    environment: (random) => ({
      LD_PRELOAD: clockLibrary(),
      FAKETIME: random.pick(['-1d', '+1d']),
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    }),
  },
  {
    name: 'server-clock',
    title: "server's clock wrong by a day, for what dray runs there",
    prepare: async ({ server }) => {
      const library = '/usr/local/lib/libfaketime.so'
      await server.run(['install', '-m', '755', clockLibrary(), library])
      const settings = `LD_PRELOAD=${library} FAKETIME=-1d FAKETIME_DONT_FAKE_MONOTONIC=1`
      await server.writeFile(shellFile, `export ${settings}\n`)
    },
    repair: inServer(`rm -f ${shellFile}`),
  },
  {
    name: 'client-memory',
    title: 'client short of memory',
    environment: (random) => ({
      NODE_OPTIONS: `--max-old-space-size=${6 + Math.floor(random.fraction() * 14)}`,
    }),
  },
  {
    name: 'app-memory',
    title: 'app killed for its memory as it starts',
    prepare: (app) =>
      changeCompose(app, (text) => text.replace('  backend:\n', '  backend:\n    mem_limit: 16m\n')),
    repair: ({ app }) => changeCompose(app, (text) => text.replace('    mem_limit: 16m\n', '')),
    onlyDeploys: true,
  },
  {
    name: 'app-crashes',
    title: 'app healthy for a moment, then dead, again and again',
    tag: 'v2-crash-loop',
    onlyDeploys: true,
  },
  {
    name: 'app-dies',
    title: 'app healthy for five seconds, then dead',
    tag: 'v2-exits-after-5s',
    onlyDeploys: true,
    hurtsApp: 'for a moment',
  },
  {
    name: 'task-hangs',
    title: 'task hangs, then Ctrl-C',
    strike: async ({ server, running }) => {
      const script = `
        for try in $(seq 100); do
          id=$(docker ps -q --filter name=-task-)
          [ -n "$id" ] && break
          sleep 0.05
        done
        [ -z "$id" ] || kill -STOP "$(docker inspect --format '{{.State.Pid}}' "$id")"`
      await server.run(['sh', '-c', script])
      await cancelAfter(running, 4_000)
    },
    aims: ['run-task'],
    onlyDeploys: true,
  },
]

async function changeCompose(app: TestApp, change: (text: string) => string): Promise<void> {
  const text = await readFile(join(app.directory, composeFile), 'utf8')
  await app.writeSource({ [composeFile]: change(text) })
}

/** Where the package of the network's tools was unpacked; its directory is named after the processor. */
function clockLibrary(): string {
  const libraries = join(cloneDirectory, '.cache/clock/root/usr/lib')
  const [triplet = ''] = readdirSync(libraries)
  return join(libraries, triplet, 'faketime/libfaketime.so.1')
}
