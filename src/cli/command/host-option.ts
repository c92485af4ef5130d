import { DrayError } from '../../errors/dray-error.ts'
import type { NonEmpty } from '../../shared/non-empty.ts'
import { serverName } from '../../shared/server-name.ts'
import type { EnvironmentInput } from './load-environment.ts'
import type { OptionSpec } from './option.ts'

export const hostOptionSpec = {
  flags: '--host <HOST>',
  description: 'Host to use (default: the first host of the environment that runs the service).',
} as const satisfies OptionSpec

/** For the commands that reach the nodes of a swarm, too. */
export const hostOrNodeOptionSpec = {
  ...hostOptionSpec,
  description: 'Only this host or node (default: all of the environment).',
  completesAs: 'HOST_OR_NODE',
} as const satisfies OptionSpec

/**
 * Reduces the environment to one of its hosts: the one given with `--host`, or the first that runs one of `services`. Throws
 * USAGE.
 */
export function withOneHost(
  input: EnvironmentInput,
  named: string | undefined,
  services: readonly string[] = [],
): EnvironmentInput {
  const { environment } = input.config
  const { hosts, roles } = environment
  const first = hosts.find(
    (it) => roles[it] === undefined || services.some((name) => roles[it]?.includes(name)),
  )
  const host = named === undefined && first !== undefined ? first : findHost(hosts, named, environment.name)
  return { ...input, config: { ...input.config, environment: { ...environment, hosts: [host] } } }
}

/** Like `withOneHost`, but keeps all hosts without the option. */
export function withNamedHost(input: EnvironmentInput, named: string | undefined): EnvironmentInput {
  return named === undefined ? input : withOneHost(input, named)
}

/** Finds a host by its name in dray.yml, also without user and port. */
function findHost(hosts: NonEmpty<string>, wanted: string | undefined, environment: string): string {
  const [first] = hosts
  if (wanted === undefined) return first
  const found = hosts.find((host) => host === wanted) ?? hosts.find((host) => bareName(host) === wanted)
  if (found !== undefined) return found
  throw new DrayError('USAGE', `Environment ${environment} has no host \`${wanted}\`.`, {
    hint: `Its hosts: ${hosts.join(', ')}.`,
  })
}

/** `a.example.com` of `ssh://deploy@a.example.com:2222`. */
export function bareName(host: string): string {
  return serverName(host).replace(/:\d+$/, '')
}

/** The environment without some of its hosts. Throws USAGE for an unknown host, and if none would be left. */
export function withoutHosts(input: EnvironmentInput, named: readonly string[]): EnvironmentInput {
  if (named.length === 0) return input
  const { environment } = input.config
  const left = named.map((name) => findHost(environment.hosts, name, environment.name))
  const [first, ...more] = environment.hosts.filter((host) => !left.includes(host))
  if (first === undefined) {
    throw new DrayError('USAGE', `Without ${left.join(', ')}, no host of ${environment.name} is left.`, {
      hint: `Its hosts: ${environment.hosts.join(', ')}.`,
    })
  }
  return { ...input, config: { ...input.config, environment: { ...environment, hosts: [first, ...more] } } }
}
