import { DrayError } from '../../errors/dray-error.ts'
import type { StackDifference, StackReview } from '../model/cluster.ts'
import type { BundleFile } from '../model/ports.ts'

/** Throws STACK_UNSUPPORTED. Before the registry is asked: an image that is only built has no name there. */
export function refuseObstacles(review: Pick<StackReview, 'obstacles'>, host: string): void {
  const failure = describeObstacles(review, host)
  if (failure !== undefined) throw failure
}

/** STACK_UNSUPPORTED with everything of the compose file that a stack does not have; undefined if there is nothing. */
export function describeObstacles(
  { obstacles }: Pick<StackReview, 'obstacles'>,
  host: string,
): DrayError | undefined {
  if (obstacles.length === 0) return undefined
  const [first] = obstacles
  const rest = obstacles.length > 1 ? `, and ${obstacles.length - 1} more` : ''
  const subject = first?.service === undefined ? 'The compose file' : `Service ${first.service}`
  return new DrayError(
    'STACK_UNSUPPORTED',
    `${subject} has \`${first?.key ?? ''}\`, which a stack on ${host} cannot have${rest}.`,
    {
      details: {
        problems: obstacles.map(({ service, key, text }) =>
          service === undefined ? `${key}: ${text}.` : `${service}, ${key}: ${text}.`,
        ),
      },
    },
  )
}

/** Bytes of a config, which must be fewer, and more than none: swarmkit, manager/controlapi/config.go. */
const CONFIG_BYTES = 1000 * 1024

/** Throws STACK_UNSUPPORTED for a file that Swarm does not store as a config, before anything is touched. */
export function refuseLargeConfigs(
  { configFiles }: StackReview,
  files: readonly Pick<BundleFile, 'path' | 'content'>[],
  host: string,
): void {
  const obstacles = configFiles.flatMap(({ config, path }): StackDifference[] => {
    const size = files.find((file) => file.path === path)?.content.byteLength
    if (size === undefined || (size > 0 && size < CONFIG_BYTES)) return []
    const text =
      size === 0
        ? `${path} is empty, and a swarm stores no empty config; write something into it, or remove the config`
        : `${path} has ${Math.ceil(size / 1024)} KiB, and a swarm stores fewer than ${CONFIG_BYTES / 1024}; put the file into an image`
    return [{ service: undefined, key: `configs.${config}`, text }]
  })
  refuseObstacles({ obstacles }, host)
}
