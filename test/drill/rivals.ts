import { setTimeout } from 'node:timers/promises'
import { readDeployResult, type DeployResult } from '../support/app/deploy-result.ts'
import type { TestApp } from '../support/app/test-app.ts'
import type { Random } from './random.ts'

/** A run of dray's, and what it said that it did. */
export type Attempt = DeployResult & {
  /** Of the release that it was to put in place. */
  tag: string
  endedAtMs: number
}

export type RaceScene = {
  app: TestApp
  /** Another app of the same server. */
  neighbour: TestApp
  /** A tag that neither runs nor is deployed by the other run. */
  third: string
  random: Random
}

/** Another user or process at work on the server while a deploy runs there. */
export type Rival = {
  name: string
  /** As the table calls it. */
  title: string
  /** `dray` keeps to the lock; a `person` does as they please, and may make the deploy fail. */
  is: 'dray' | 'person'
  /** Works, and gives what a run of dray's on the app itself told. */
  act(scene: RaceScene): Promise<Attempt | undefined>
  /** Replaces containers of the app itself: what requests that costs is counted, and is not dray's to prevent. */
  replaces?: boolean
}

const person = (name: string, ...argv: string[]): Rival => ({
  name,
  title: `\`${argv.join(' ')}\` by hand`,
  is: 'person',
  act: async ({ app }) => {
    const { exitCode, stderr } = await app.server.run([
      'su',
      'deploy',
      '-c',
      `cd ${app.path} && ${argv.join(' ')}`,
    ])
    // The Engine may refuse it, as two prunes at once, or a container that has just gone: then it was tried.
    if (exitCode !== 0 && !/Error response from daemon|prune operation/.test(stderr)) throw new Error(stderr)
    return undefined
  },
})

export const rivals: readonly Rival[] = [
  {
    name: 'deploy',
    title: 'another deploy',
    is: 'dray',
    act: ({ app, third, random }) =>
      attempt(app, ['deploy', 'test', '--tag', third, '--json', ...patience(random)], third),
  },
  {
    name: 'rollback',
    title: 'a rollback',
    is: 'dray',
    act: ({ app, random }) => attempt(app, ['rollback', 'test', '--json', ...patience(random)], 'none'),
  },
  {
    name: 'neighbour',
    title: 'a deploy of another app',
    is: 'dray',
    act: async ({ neighbour, random }) => {
      const now = await neighbour.version()
      await neighbour.mustDeploy(random.pick(['v1', 'v2', 'v3'].filter((tag) => tag !== now)))
      return undefined
    },
  },
  { ...person('up', 'docker', 'compose', 'up', '-d'), replaces: true },
  person('image-prune', 'docker', 'image', 'prune', '-af'),
  person('system-prune', 'docker', 'system', 'prune', '-af'),
]

/** Runs dray to its end. `tag` is what it is to put in place; a rollback's plan says so itself. */
export async function attempt(
  app: TestApp,
  args: readonly string[],
  tag: string,
  onLine?: (line: string) => void,
): Promise<Attempt> {
  const result = readDeployResult(await app.dray(args, onLine === undefined ? {} : { onLine }))
  return { ...result, tag: result.plan?.restores?.tag ?? tag, endedAtMs: Date.now() }
}

/** Half of those who find the lock taken wait for it. */
function patience(random: Random): string[] {
  return random.fraction() < 0.5 ? ['--wait', '60s'] : []
}

/** Up to so long, often shortly: the fight for the lock is over soon. */
export function atRandom(random: Random, mostMs: number): Promise<void> {
  return setTimeout(random.fraction() ** 2 * mostMs)
}
