import { parseImageReference } from '../../../deploy/model/image-reference.ts'
import type { ExpectedImage } from '../../../deploy/model/observation.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import type { ArgumentSpec } from '../../command/argument.ts'
import type { OptionSpec } from '../../command/option.ts'
import type { OptionsOf } from '../../command/typed-input.ts'
import { readWait, waitOptionSpec } from '../../command/wait-option.ts'

const whatHeading = 'What is deployed'

/** What every command understands that puts a release in place. */
export const placeOptionSpecs = [
  waitOptionSpec,
  {
    flags: '--adopt',
    description:
      'Replace files on the server that dray did not put there, which are kept in `.dray/adopted/`, and containers that were made from another directory.',
  },
] as const satisfies readonly OptionSpec[]

/** What `deploy` and `plan` both understand. */
export const deployArguments = [
  {
    name: 'ENVIRONMENT',
    description: 'Where to: an environment of dray.yml, or `local` where there is none.',
  },
] as const satisfies readonly ArgumentSpec[]

export const deployOptionSpecs = [
  {
    flags: '--tag <TAG>',
    heading: whatHeading,
    description: 'Deploy this tag, whatever IMAGE_TAG or dray.yml say.',
  },
  {
    flags: '--expect <IMAGES>',
    heading: whatHeading,
    description:
      'Deploy nothing unless the tags still stand for these images: `ghcr.io/acme/shop@sha256:…`, several with spaces between them. `dray build` and the workflows tell them.',
  },
  {
    flags: '--env-file <FILE>',
    heading: whatHeading,
    description: 'Read deploy-time values from this file (one NAME=value a line). It is deleted once read.',
  },
  ...placeOptionSpecs,
] as const satisfies readonly OptionSpec[]

/** How a release is put in place, be it a new one or one that was kept. */
export type PlaceOptions = {
  /** How long to wait for a lock that is held; 0 to fail at once. */
  waitMs: number
  adopt: boolean
  dryRun: boolean
}

type PlaceValues = OptionsOf<(typeof placeOptionSpecs)[number]> & { dryRun?: true }
type DeployValues = OptionsOf<(typeof deployOptionSpecs)[number]> & PlaceValues

export type DeployOptions = PlaceOptions & {
  tag: string | undefined
  expected: readonly ExpectedImage[]
  envFile: string | undefined
}

/** Reads the options of `deploy` and `plan`. Throws USAGE for what is no duration or no digest. */
export function readDeployOptions(options: DeployValues): DeployOptions {
  return {
    tag: options.tag,
    expected: readExpected(options.expect ?? ''),
    envFile: options.envFile,
    ...readPlaceOptions(options),
  }
}

/** Throws USAGE for a duration that is none. */
export function readPlaceOptions({ wait, adopt, dryRun }: PlaceValues): PlaceOptions {
  return { waitMs: readWait(wait), adopt: adopt === true, dryRun: dryRun === true }
}

function readExpected(text: string): ExpectedImage[] {
  const names = text.split(/\s+/).filter((name) => name !== '')
  return names.map((name) => {
    const { registry, repository, digest } = parseImageReference(name)
    if (digest !== undefined) return { repository: `${registry}/${repository}`, digest }
    throw new DrayError('USAGE', `\`${name}\` after --expect has no digest.`, {
      hint: 'Write it as `ghcr.io/acme/shop@sha256:…`; `docker buildx imagetools inspect IMAGE` tells it.',
    })
  })
}
