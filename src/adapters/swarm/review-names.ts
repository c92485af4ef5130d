import type { StackDifference } from '../../deploy/model/cluster.ts'
import type { RawModel } from '../compose/raw-model.ts'
import { LONGEST_NAME, nameObstacle } from '../../shared/stack-obstacles.ts'

/** Characters of a project's name. With it, the jobs that dray starts still get names that Swarm takes. */
const LONGEST_PROJECT = 50

/** Names that Swarm would refuse only when it gets the stack. */
export function reviewNames({ name: project, services }: RawModel): StackDifference[] {
  const refuse = (key: string, text: string): StackDifference => ({ service: undefined, key, text })
  if (project.length > LONGEST_PROJECT)
    return [
      refuse(
        'name',
        `the name of the project has ${project.length} characters, and that of a service in a swarm, which begins with it, at most ${LONGEST_NAME}; set a \`name\` of at most ${LONGEST_PROJECT}`,
      ),
    ]
  return Object.keys(services).flatMap((service) => {
    const text = nameObstacle(project, service)
    return text === undefined ? [] : [refuse(`services.${service}`, text)]
  })
}
