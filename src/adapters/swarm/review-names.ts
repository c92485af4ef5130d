import type { StackDifference } from '../../deploy/model/cluster.ts'
import type { RawModel } from '../compose/raw-model.ts'
import { LONGEST_NAME, SERVICE_NAME } from './names.ts'

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
    const name = `${project}_${service}`
    if (name.length > LONGEST_NAME)
      return [
        refuse(
          `services.${service}`,
          `in a swarm it is ${name}, with ${name.length} characters, and at most ${LONGEST_NAME} are allowed; rename the service, or set a shorter \`name\` of the project`,
        ),
      ]
    return SERVICE_NAME.test(name)
      ? []
      : [
          refuse(
            `services.${service}`,
            'the name of a service in a swarm has letters, digits, `-` and `_` only, and ends with a letter or digit; rename the service',
          ),
        ]
  })
}
