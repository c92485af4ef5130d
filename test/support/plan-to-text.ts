import type { Plan, Step, StepOf } from '../../src/deploy/model/plan.ts'
import { spellImage } from './fake-app.ts'

/** A plan as tests read it: a step a line with all that it says, then what is left, then the warnings. */
export function planToText(plan: Plan): string {
  const hosts = new Set(plan.steps.map((step) => step.host))
  const lines = plan.steps.map((step) => {
    const phase = step.phase && `${step.phase.name}${step.phase.wave ?? ''} `
    const where = hosts.size > 1 ? `${phase ?? ''}${step.host}: ` : ''
    return `${where}${step.kind} ${stepFacts(step)} (${step.cause})`.replaceAll('  ', ' ')
  })
  return [
    `${plan.release}${plan.unchanged ? ' unchanged' : ''}`,
    ...lines,
    ...plan.unchangedServices.map(({ service, cause }) => `left ${service} (${cause})`),
    ...plan.warnings.map((warning) => `! ${warning}`),
  ].join('\n')
}

function recreatedText({ service, scale, discard = [] }: StepOf<'recreate-services'>['services'][number]) {
  return [`${service}=${scale}`, ...discard.map((id) => `-${id}`)].join(' ')
}

function stepFacts(step: Step): string {
  switch (step.kind) {
    case 'prune-dangling':
    case 'check-containers':
      return ''
    case 'free-disk':
      return `${step.stage} ${step.things.map(({ name }) => name).join(', ')}`
    case 'pull-image':
      return `${spellImage(step.name)} for ${step.services.join(', ')}`
    case 'keep-image':
      return `${spellImage(step.name)} for ${step.services.join(', ')}`
    case 'place-files':
      return [
        ...step.changed,
        ...step.removed.map((file) => `-${file}`),
        ...step.inPlace.map((file) => `in-place:${file}`),
        ...step.adopt.map((file) => `adopt:${file}`),
      ].join(' ')
    case 'test-proxy':
      return `${step.proxy}: ${step.argv.join(' ')}${step.isUncertain ? ' (uncertain)' : ''}`
    case 'run-host-hook':
      return `${step.moment}: ${step.argv.join(' ')}`
    case 'watch-host':
      return `${step.forMs} ms, ${step.urls.map(({ url }) => url).join(' ')}`
    case 'run-task':
      return `${step.task}: ${step.service} ${step.argv.join(' ')}`
    case 'start-beside':
      return step.services
        .map(({ service, add, running, discard }) =>
          [`${service} ${running}+${add}`, ...discard.map((id) => `-${id}`)].join(' '),
        )
        .join(', ')
    case 'start-stand-in':
      return step.services
        .map(({ service, names, aliases }) => [`${service} as ${names.join(' and ')}`, ...aliases].join(' '))
        .join(', ')
    case 'recreate-services':
      return [
        step.fresh ? 'fresh' : [],
        step.services.map(recreatedText).join(', '),
        (step.frees ?? []).map(({ containers }) => `instead of ${containers.join(', ')}`),
      ]
        .flat()
        .join(' ')
    case 'run-once':
      return step.service
    case 'wait-healthy':
      return step.services.join(', ')
    case 'pin-names':
      return `${step.proxy}: ${step.services.join(', ')}`
    case 'unpin-names':
      return step.proxy
    case 'switch-traffic':
      return [
        `${step.proxy}${step.reloadOnly ? ' (reload)' : ''} to ${step.services.join(', ')}`,
        ...(step.reached ? [`reaching ${step.reached.join(', ') || 'none'}`] : []),
      ].join(', ')
    case 'forward-ports':
    case 'end-forward':
      return step.services
        .map(
          ({ service, ports }) =>
            `${service}:${ports.map(({ published, target }) => ` ${published}>${target}`).join('')}`,
        )
        .join(', ')
    case 'check-url':
      return `${step.url} below ${step.below}`
    case 'record-release':
      return [step.release, ...step.dropReleases.map((release) => `-${release}`)].join(' ')
    case 'verify-release':
      return step.services.map(({ image, replicas }) => `${spellImage(image)}=${replicas}`).join(', ')
    case 'stop-old':
    case 'remove-old':
      return step.containers.join(', ')
    case 'clean-images':
      return step.names.join(' ')
    case 'pull-on-nodes':
      return `${spellImage(step.name)} for ${step.services.join(', ')} on ${Object.values(step.nodes).join(', ')}`
    case 'update-stack':
    case 'await-tasks':
    case 'verify-stack':
      return step.services
        .map(({ service, change, image }) => `${service} ${change} ${spellImage(image)}`)
        .join(', ')
    case 'remove-services':
      return step.services.join(', ')
    case 'clean-stack':
      return step.stack
  }
}
