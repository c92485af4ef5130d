import type { RestoredRelease } from '../model/observation.ts'

/** What a rollback leaves as it is, a line each: the data that tasks changed, and `.env`. */
export function listNotUndone(
  { id, variables, tasksSince }: RestoredRelease,
  variablesNow: readonly string[],
): string[] {
  const come = variablesNow.filter((key) => !variables.includes(key))
  const gone = variables.filter((key) => !variablesNow.includes(key))
  const changes = [
    ...(come.length > 0 ? [`has got ${come.join(', ')}`] : []),
    ...(gone.length > 0 ? [`has lost ${gone.join(', ')}`] : []),
  ]
  return [
    ...[...new Set(tasksSince.map(({ task }) => task))].map((task) => taskLine(task, tasksSince)),
    changes.length === 0
      ? `.env stays as it is; it has the same names as with ${id}`
      : `.env stays as it is; since ${id} it ${changes.join(' and ')}`,
  ]
}

function taskLine(name: string, tasksSince: RestoredRelease['tasksSince']): string {
  const releases = tasksSince.filter(({ task }) => task === name).map(({ release }) => release)
  return `task ${name} has run since, for ${[...new Set(releases)].join(', ')}: what it changed stays`
}
