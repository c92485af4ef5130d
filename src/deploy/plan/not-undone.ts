import type { HostObservation, RestoredRelease } from '../model/observation.ts'
import type { EnvFileObservation } from '../model/ports.ts'
import { someNames } from '../model/some-names.ts'
import type { Release } from '../model/release.ts'

type Place = Pick<HostObservation, 'host'> & {
  directory: {
    envFile: Pick<EnvFileObservation, 'variables' | 'valueHashes' | 'newHashKey'>
    releases: readonly Pick<Release, 'id' | 'variables' | 'valueHashes'>[]
  }
}

/**
 * What a rollback does not undo, one line each: data changed by tasks, and `.env`, which is compared on each host. Hosts with the
 * same result share a line.
 */
export function listNotUndone(restored: RestoredRelease, places: readonly Place[]): string[] {
  const { tasksSince } = restored
  const hostsOf = new Map<string, string[]>()
  for (const place of places) {
    const state = compareEnv(restored, place)
    hostsOf.set(state, [...(hostsOf.get(state) ?? []), place.host])
  }
  return [
    ...[...new Set(tasksSince.map(({ task }) => task))].map((task) => taskLine(task, tasksSince)),
    ...[...hostsOf].map(([state, hosts]) => {
      const where = hostsOf.size === 1 ? '' : ` on ${someNames(hosts)}`
      return `.env${where} is not rolled back; ${state}`
    }),
  ]
}

/**
 * Compares with the record of that host: each has its own variables, and its own key of the hashes. A host that joined later
 * has none, and only the names are compared there.
 */
function compareEnv({ id, variables: named }: RestoredRelease, { directory }: Place): string {
  const own = directory.releases.find((release) => release.id === id)
  const { variables, valueHashes } = own ?? { variables: named, valueHashes: undefined }
  const { envFile: now } = directory
  const gained = now.variables.filter((name) => !variables.includes(name))
  const lost = variables.filter((name) => !now.variables.includes(name))
  // Under another key every hash differs.
  const hashes = now.newHashKey === undefined ? now.valueHashes : undefined
  const changed = Object.entries(valueHashes ?? {})
    .filter(([name, hash]) => (hashes?.[name] ?? hash) !== hash)
    .map(([name]) => name)
  const changes = [
    ...(gained.length > 0 ? [`gained ${gained.join(', ')}`] : []),
    ...(lost.length > 0 ? [`lost ${lost.join(', ')}`] : []),
    ...(changed.length > 0 ? [`changed the value of ${changed.join(', ')}`] : []),
  ]
  if (changes.length > 0) return `since ${id} it ${changes.join(' and ')}`
  const isCompared = valueHashes !== undefined && hashes !== undefined
  return `it has ${isCompared ? 'the same variables and values' : 'the same variables'} as in ${id}`
}

function taskLine(name: string, tasksSince: RestoredRelease['tasksSince']): string {
  const releases = tasksSince.filter(({ task }) => task === name).map(({ release }) => release)
  return `task ${name} ran since then, for ${[...new Set(releases)].join(', ')}; its changes stay`
}
