import { DrayError } from '../../errors/dray-error.ts'
import type { NonEmpty } from '../../shared/non-empty.ts'
import type { EnvironmentInput } from './load-environment.ts'
import type { OptionSpec } from './option.ts'

export const hostOptionSpec = {
  flags: '--host <HOST>',
  description: 'Of an environment with several hosts, this one instead of the first.',
} as const satisfies OptionSpec

/** The environment reduced to one of its hosts: the first, or the one that `--host` names. Throws USAGE. */
export function withOneHost(input: EnvironmentInput, named: string | undefined): EnvironmentInput {
  const { environment } = input.config
  const host = findHost(environment.hosts, named, environment.name)
  return { ...input, config: { ...input.config, environment: { ...environment, hosts: [host] } } }
}

/** The same, with all its hosts where the option names none. */
export function withNamedHost(input: EnvironmentInput, named: string | undefined): EnvironmentInput {
  return named === undefined ? input : withOneHost(input, named)
}

/** A host may be named as in dray.yml, or without the user and the port. */
function findHost(hosts: NonEmpty<string>, wanted: string | undefined, environment: string): string {
  const [first] = hosts
  if (wanted === undefined) return first
  const found = hosts.find((host) => host === wanted) ?? hosts.find((host) => bareName(host) === wanted)
  if (found !== undefined) return found
  throw new DrayError('USAGE', `Environment ${environment} has no host \`${wanted}\`.`, {
    hint: `It has ${hosts.join(', ')}.`,
  })
}

/** `a.example.com` of `ssh://deploy@a.example.com:2222`. */
export function bareName(host: string): string {
  return host
    .replace(/^ssh:\/\//, '')
    .replace(/^.*@/, '')
    .replace(/:\d+$/, '')
}
