import type { Step } from '../../../../deploy/model/plan.ts'
import { renderCommand } from '../../../../ui/render/text/render-command.ts'

/** What a step does to which things, where its title only counts or names a task: paths, names, commands, changes of services. */
export function stepDetails(step: Step): string[] {
  switch (step.kind) {
    case 'place-files':
      return [...step.changed, ...step.removed.map((path) => `remove ${path}`)]
    case 'free-disk':
      return step.things.map(({ name }) => name)
    case 'run-task':
    case 'run-host-hook':
      return [renderCommand(step.argv)]
    case 'update-stack':
      return step.services
        .filter(({ change }) => change !== 'none')
        .map(({ service, change, cause, image }) => `${change} ${service}: ${image} (${cause})`)
    case 'remove-services':
      return [...step.services]
    case 'clean-images':
      return [...step.names]
    default:
      return []
  }
}
