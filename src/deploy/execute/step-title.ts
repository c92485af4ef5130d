import type { StackChange, Step, StepOf } from '../model/plan.ts'

/** The action of a step in a few words: `Pull acme/shop-backend:3f2a1c9`. Without host, cause or full stop. */
export function stepTitle(step: Step): string {
  switch (step.kind) {
    case 'prune-dangling':
      return 'Remove dangling images'
    case 'free-disk':
      return freeDiskTitle(step)
    case 'pull-image':
      return `Pull ${shortImageName(step)}`
    case 'keep-image':
      return `Keep ${shortImageName(step)}`
    case 'place-files':
      return placeFilesTitle(step)
    case 'test-proxy':
      return `Test the configuration of ${step.proxy}`
    case 'run-host-hook':
      return step.moment === 'leave'
        ? 'Take the host out of the load balancer'
        : 'Put the host back into the load balancer'
    case 'watch-host':
      return `Watch the new containers for ${Math.round(step.forMs / 1000)} s`
    case 'run-task':
      return `Run task ${step.task}`
    case 'start-beside':
      return startBesideTitle(step)
    case 'start-stand-in':
      return startStandInTitle(step)
    case 'recreate-services':
      return recreateTitle(step)
    case 'run-once':
      return `Run ${step.service} to completion`
    case 'wait-healthy':
      return waitHealthyTitle(step)
    case 'pin-names':
      return `Pin ${list(step.services)} in ${step.proxy} to the running containers`
    case 'unpin-names':
      return `Unpin names in ${step.proxy}`
    case 'switch-traffic':
      if (step.proxyKind === 'caller')
        return `Switch direct requests of ${step.proxy} to the new ${list(step.services)}`
      return switchTitle(step)
    case 'forward-ports':
      return `Forward ${portsTitle(step)} to the ${step.services.length > 1 ? 'stand-ins' : 'stand-in'} of ${list(step.services.map(({ service }) => service))}`
    case 'end-forward':
      return `End the forwarding of ${portsTitle(step)}`
    case 'check-url':
      return `Check ${step.url}`
    case 'check-containers':
      return 'Check that the new containers still run'
    case 'stop-old':
      return `Stop ${oldTitle(step)}`
    case 'remove-old':
      return `Remove ${oldTitle(step)}`
    case 'record-release':
      return 'Record the release'
    case 'verify-release':
      return 'Verify the running containers'
    case 'clean-images':
      return `Remove ${count(step.names.length, 'old image')}`
    case 'pull-on-nodes':
      return `Pull ${shortImageName(step)} on ${count(Object.keys(step.nodes).length, 'node')}`
    case 'update-stack':
      return `Update stack ${step.stack}`
    case 'await-tasks':
      return `Wait until all tasks of ${list(changed(step.services))} run`
    case 'remove-services':
      return `Remove ${list(step.services)} from the stack`
    case 'verify-stack':
      return 'Verify the running tasks'
    case 'clean-stack':
      return 'Remove configs that nothing uses'
  }
}

/** Those that change; all of them if none does. */
function changed(services: readonly StackChange[]): string[] {
  const changing = services.filter(({ change }) => change !== 'none')
  return (changing.length === 0 ? services : changing).map(({ service }) => service)
}

function switchTitle({ proxy, services, reached = services, reloadOnly }: StepOf<'switch-traffic'>): string {
  return reached.length === 0 || reloadOnly
    ? `Reload ${proxy}`
    : `Switch traffic in ${proxy} to the new ${list(reached)}`
}

function freeDiskTitle({ stage, things }: StepOf<'free-disk'>): string {
  switch (stage) {
    case 'dangling-images':
      return `Remove ${count(things.length, 'dangling image')}`
    case 'build-cache':
      return 'Clear the build cache'
    case 'images':
      return `Remove ${count(things.length, 'unused image')}`
    case 'containers':
      return `Remove ${count(things.length, 'stopped container')}`
    case 'networks':
      return `Remove ${count(things.length, 'unused network')}`
    case 'volumes':
      return `Remove ${count(things.length, 'unused volume')}`
  }
}

/** Repository without the registry host, with the tag; a commit hash is cut to the usual seven digits. */
function shortImageName({ name, tag }: { name: string; tag?: string }): string {
  const [repositoryName = name, digest] = name.split('@')
  const [first = '', ...rest] = repositoryName.split('/')
  const isRegistryHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  const repository = (isRegistryHost ? rest.join('/') : repositoryName).replace(/^library\//, '')
  if (tag) return `${repository}:${/^[0-9a-f]{40}$/.test(tag) ? tag.slice(0, 7) : tag}`
  return digest ? `${repository}@${digest.replace('sha256:', '').slice(0, 12)}` : repository
}

function placeFilesTitle({ changed, removed }: StepOf<'place-files'>): string {
  const files = (paths: readonly string[]): string =>
    paths.length === 1 ? paths.join('') : `${paths.length} files`
  if (removed.length === 0) return `Place ${files(changed)}`
  if (changed.length === 0) return `Remove ${files(removed)}`
  return `Place ${files(changed)}, remove ${files(removed)}`
}

function startBesideTitle({ services }: StepOf<'start-beside'>): string {
  const isBesideOld = services.some(({ running }) => running > 0)
  return `Start ${isBesideOld ? 'new ' : ''}${list(services.map(({ service, add }) => times(service, add)))}`
}

function recreateTitle({ services, fresh, frees = [] }: StepOf<'recreate-services'>): string {
  const names = list(services.map(({ service, scale }) => times(service, scale)))
  if (frees.length === 0) return `${fresh ? 'Start' : 'Recreate'} ${names}`
  return `Stop the old ${list(frees.map(({ service }) => service))} and ${fresh ? 'start' : 'recreate'} ${names}`
}

function waitHealthyTitle({ services }: StepOf<'wait-healthy'>): string {
  return `Wait until ${list(services)} ${services.length > 1 ? 'are' : 'is'} healthy`
}

function startStandInTitle({ services }: StepOf<'start-stand-in'>): string {
  const noun = services.some(({ names }) => names.length > 1) ? 'stand-ins' : 'a stand-in'
  return `Start ${noun} of ${list(services.map(({ service, names }) => times(service, names.length)))}`
}

function portsTitle({ services }: StepOf<'forward-ports' | 'end-forward'>): string {
  const ports = services.flatMap((it) => it.ports.map(({ published }) => String(published)))
  return `port${ports.length > 1 ? 's' : ''} ${list(ports)}`
}

function oldTitle({ service, containers, standIn }: StepOf<'stop-old' | 'remove-old'>): string {
  const noun = containers.length > 1 ? 'stand-ins of' : 'stand-in of'
  return `the ${standIn ? noun : 'old'} ${times(service, containers.length)}`
}

function times(service: string, amount: number): string {
  return amount > 1 ? `${service} (${amount})` : service
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`
}

/** `a`, `a and b`, `a, b and c`. */
function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
