import type { DeployConfig } from '../../../../config/deploy-config.ts'
import { failureFrom } from '../../../../deploy/execute/failure.ts'
import type { Failure } from '../../../../deploy/model/events.ts'
import { DrayError } from '../../../../errors/dray-error.ts'

/** What the page reads from the containers of Compose on each host: those of a swarm are on nodes that dray does not reach. */
const OF_COMPOSE: ReadonlySet<string> = new Set(['containers', 'disk', 'logs'])

/** SWARM_COMMAND as the answer to such a question in an environment of Swarm; undefined for any other question or engine. */
export function answerForSwarm(
  question: string,
  { environment: { name, engine } }: DeployConfig,
): { failure: Failure } | undefined {
  if (engine !== 'swarm' || !OF_COMPOSE.has(question)) return undefined
  const error = new DrayError(
    'SWARM_COMMAND',
    `Environment ${name} has \`engine: swarm\`: the page does not read its containers, disks and logs.`,
    question === 'logs' ? { hint: `\`dray logs ${name} --follow\` prints the logs of its tasks.` } : {},
  )
  return { failure: failureFrom(error) }
}
