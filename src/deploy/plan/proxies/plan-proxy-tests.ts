import { isMounted, type ServiceModel } from '../../model/app-model.ts'
import { frontName } from '../../model/front.ts'
import type { Proxy } from '../../model/proxies/proxy.ts'
import { programIndex, startWords } from '../../model/proxies/proxy-start.ts'
import type { ServiceDecision } from '../decide-service.ts'
import type { HostPlan, NewStep } from '../plan-host.ts'

/**
 * Tests of the proxies whose files, image or definition change, before a task runs or a container starts. A first release
 * without a task has none: nothing is at stake until the proxy itself tests its configuration.
 */
export function planProxyTests(host: HostPlan, runsTask: boolean): NewStep[] {
  const { observation, files } = host
  const isRunning = observation.containers.some(({ state, oneOff }) => state === 'running' && !oneOff)
  if (!isRunning && !runsTask) return []
  return observation.proxies.flatMap((proxy): NewStep[] => {
    const decision = host.decisions.find(({ service }) => service.name === proxy.service)
    if (decision === undefined || !isTestable(decision.service)) return []
    const changed = [...files.changed, ...files.removed].filter((file) => isMounted(decision.service, file))
    if (changed.length === 0 && decision.action === 'leave') return []
    const words = startWords(decision.service, observation.resolved.get(proxy.service)?.config)
    const argv = buildTestArgv(proxy.kind, words ?? [])
    if (argv === undefined) return []
    return [
      {
        kind: 'test-proxy',
        host: observation.host,
        cause: 'before anything is started',
        proxy: proxy.service,
        argv,
        names: namesOf(observation.directory.app.services),
        ...(mayLackFiles(decision, host) && { isUncertain: true as const }),
      },
    ]
  })
}

/** Whether a second container of it can be created beside the running one. dray's own front is tested with dray. */
function isTestable({ name, replicas, fixedAddress, networkMode = '', boundTo }: ServiceModel): boolean {
  const isBound = boundTo.length > 0 || /^(service|container):/.test(networkMode)
  return name !== frontName && replicas > 0 && !fixedAddress && !isBound
}

/** Another service, which starts later, may write to a volume of a proxy that has never run. */
function mayLackFiles({ service, replaced }: ServiceDecision, { observation }: HostPlan): boolean {
  const names = service.volumes.flatMap(({ name }) => name ?? [])
  return (
    replaced.length === 0 &&
    observation.directory.app.services.some(
      (it) => it.name !== service.name && it.volumes.some(({ name }) => names.includes(name ?? '')),
    )
  )
}

function namesOf(services: readonly ServiceModel[]): string[] {
  const names = services.flatMap(({ name, containerName, aliases = [] }) => [
    name,
    ...(containerName === undefined ? [] : [containerName]),
    ...aliases,
  ])
  return [...new Set(names)]
}

/**
 * The command that tests the configuration with which a proxy is started; undefined if that is not known, and for Traefik,
 * which has no such command. Directives in the command line (`-g`) may have values of variables, and are left to its start.
 */
export function buildTestArgv(kind: Proxy['kind'], words: readonly string[]): string[] | undefined {
  if (kind === 'traefik') return undefined
  const at = programIndex(kind, words)
  const [program = kind, ...rest] = at < 0 ? [] : words.slice(at)
  if (kind === 'nginx') return [program, '-t', ...pickOptions(rest, ['-c', '-p'])]
  if (at < 0) return undefined
  if (kind === 'haproxy') return [program, '-c', ...rest]
  if (rest[0] !== 'run') return undefined
  return [program, 'validate', ...pickOptions(rest, ['--config', '-c', '--adapter', '-a', '--envfile'])]
}

/** The named options with their values: `-c FILE`, `--config=FILE`. */
function pickOptions(words: readonly string[], names: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    const value = words[index + 1]
    if (names.includes(word)) return value === undefined ? [] : [word, value]
    return names.some((name) => name.startsWith('--') && word.startsWith(`${name}=`)) ? [word] : []
  })
}
