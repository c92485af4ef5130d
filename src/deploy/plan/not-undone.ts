import type { RestoredRelease } from '../model/observation.ts'
import type { EnvFileObservation } from '../model/ports.ts'

type Variables = Pick<EnvFileObservation, 'variables' | 'valueHashes'>

/** What a rollback does not undo, one line each: data changed by tasks, and `.env`. */
export function listNotUndone(restored: RestoredRelease, now: Variables = { variables: [] }): string[] {
  const { id, variables, valueHashes, tasksSince } = restored
  const gained = now.variables.filter((name) => !variables.includes(name))
  const lost = variables.filter((name) => !now.variables.includes(name))
  const isCompared = valueHashes !== undefined && now.valueHashes !== undefined
  const changed = Object.entries(valueHashes ?? {})
    .filter(([name, hash]) => (now.valueHashes?.[name] ?? hash) !== hash)
    .map(([name]) => name)
  const changes = [
    ...(gained.length > 0 ? [`gained ${gained.join(', ')}`] : []),
    ...(lost.length > 0 ? [`lost ${lost.join(', ')}`] : []),
    ...(changed.length > 0 ? [`changed the value of ${changed.join(', ')}`] : []),
  ]
  const same = isCompared ? 'the same variables and values' : 'the same variables'
  return [
    ...[...new Set(tasksSince.map(({ task }) => task))].map((task) => taskLine(task, tasksSince)),
    changes.length === 0
      ? `.env is not rolled back; it has ${same} as in ${id}`
      : `.env is not rolled back; since ${id} it ${changes.join(' and ')}`,
  ]
}

function taskLine(name: string, tasksSince: RestoredRelease['tasksSince']): string {
  const releases = tasksSince.filter(({ task }) => task === name).map(({ release }) => release)
  return `task ${name} ran since then, for ${[...new Set(releases)].join(', ')}; its changes stay`
}
