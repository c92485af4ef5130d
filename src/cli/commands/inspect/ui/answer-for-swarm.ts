import type { DeployConfig } from '../../../../config/deploy-config.ts'
import { failureFrom } from '../../../../deploy/execute/failure.ts'
import type { Failure } from '../../../../deploy/model/events.ts'
import { DrayError } from '../../../../errors/dray-error.ts'

/** What the page does not read from a swarm, since it is on nodes that dray does not reach, with the command that shows it. */
const HINTS: Readonly<Record<string, (name: string) => string>> = {
  containers: (name) =>
    `\`dray status ${name}\` prints its services and nodes, and \`docker stats\` on a node the use of CPU and memory.`,
  disk: (name) =>
    `\`dray disk ${name}\` prints what takes the space on the manager and on the \`nodes\` of dray.yml, and \`docker system df\` on a node what takes it there.`,
}

/** SWARM_COMMAND as the answer to such a question in an environment of Swarm; undefined for any other question or engine. */
export function answerForSwarm(
  question: string,
  { environment: { name, engine } }: DeployConfig,
): { failure: Failure } | undefined {
  const hint = HINTS[question]
  if (engine !== 'swarm' || hint === undefined) return undefined
  const error = new DrayError(
    'SWARM_COMMAND',
    `Environment ${name} has \`engine: swarm\`: the page does not measure its containers and disks.`,
    { hint: hint(name) },
  )
  return { failure: failureFrom(error) }
}
