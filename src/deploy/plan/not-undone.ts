import type { RestoredRelease } from '../model/observation.ts'

/** What a rollback does not undo, one line each: data changed by tasks, and `.env`. */
export function listNotUndone(
  { id, variables, tasksSince }: RestoredRelease,
  variablesNow: readonly string[],
): string[] {
  const come = variablesNow.filter((key) => !variables.includes(key))
  const gone = variables.filter((key) => !variablesNow.includes(key))
  const changes = [
    ...(come.length > 0 ? [`gained ${come.join(', ')}`] : []),
    ...(gone.length > 0 ? [`lost ${gone.join(', ')}`] : []),
  ]
  return [
    ...[...new Set(tasksSince.map(({ task }) => task))].map((task) => taskLine(task, tasksSince)),
    changes.length === 0
      ? `.env is not rolled back; it has the same variables as in ${id}`
      : `.env is not rolled back; since ${id} it ${changes.join(' and ')}`,
  ]
}

function taskLine(name: string, tasksSince: RestoredRelease['tasksSince']): string {
  const releases = tasksSince.filter(({ task }) => task === name).map(({ release }) => release)
  return `task ${name} ran since then, for ${[...new Set(releases)].join(', ')}; its changes stay`
}
