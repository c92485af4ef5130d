import type { NonEmpty } from '../shared/non-empty.ts'
import type { EnvironmentBlock } from './schema.ts'

/** The hosts of an environment, in the order of the file; undefined where it names none, which the rules refuse. */
export function hostsOf({ host, hosts }: EnvironmentBlock): NonEmpty<string> | undefined {
  return hosts ?? (host === undefined ? undefined : [host])
}
