import { parseImageReference } from '../../../deploy/model/image-reference.ts'
import type { ExpectedImage } from '../../../deploy/model/observation.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import type { ArgumentSpec } from '../../command/argument.ts'
import type { OptionSpec } from '../../command/option.ts'
import type { OptionsOf } from '../../command/typed-input.ts'
import { readWait, waitOptionSpec } from '../../command/wait-option.ts'

const contentHeading = 'Content of the release'

/** Options of `deploy`, `plan` and `rollback`. */
export const placeOptionSpecs = [
  {
    flags: '--without <HOST>',
    description:
      'Leave out a host of the environment, such as one that is down. It keeps its release until the next deploy.',
    repeatable: true,
  },
  waitOptionSpec,
  {
    flags: '--adopt',
    description:
      'Replace files on the server that dray did not place (copies are kept in `.dray/adopted/`), and containers created from another directory.',
  },
] as const satisfies readonly OptionSpec[]

/** Arguments of `deploy` and `plan`. */
export const deployArguments = [
  {
    name: 'ENVIRONMENT',
    description: 'An environment in dray.yml, or `local` without a dray.yml.',
  },
] as const satisfies readonly ArgumentSpec[]

export const deployOptionSpecs = [
  {
    flags: '--tag <TAG>',
    heading: contentHeading,
    description: 'Tag to deploy. Overrides IMAGE_TAG and dray.yml.',
    takesExtraWord: true,
  },
  {
    flags: '--expect <IMAGES>',
    heading: contentHeading,
    description:
      'Refuse to deploy unless the tags still point to these images: `ghcr.io/acme/shop@sha256:…`, separated by spaces. `dray build` and the workflows print them.',
  },
  {
    flags: '--env-file <FILE>',
    heading: contentHeading,
    description:
      'Read deploy-time values from this file (one NAME=value per line). The file is deleted after reading.',
  },
  {
    flags: '--only <HOST>',
    heading: contentHeading,
    description:
      'Bring a host that is new, or was left out, to the release that the other hosts run, with their images by digest. Runs no tasks.',
  },
  ...placeOptionSpecs,
] as const satisfies readonly OptionSpec[]

/** Options for deploying a new or an archived release. */
export type PlaceOptions = {
  /** Maximum wait for a held lock; 0 to fail immediately. */
  waitMs: number
  adopt: boolean
  dryRun: boolean
  /** Hosts that are left out, as they were entered. */
  without: readonly string[]
}

type PlaceValues = OptionsOf<(typeof placeOptionSpecs)[number]> & { dryRun?: true }
type DeployValues = OptionsOf<(typeof deployOptionSpecs)[number]> & PlaceValues

export type DeployOptions = PlaceOptions & {
  tag: string | undefined
  /** The only host, which gets the release of the others. */
  only: string | undefined
  expected: readonly ExpectedImage[]
  envFile: string | undefined
}

/** Reads the options of `deploy` and `plan`. Throws USAGE for an invalid duration or digest, and for options that exclude each other. */
export function readDeployOptions(options: DeployValues): DeployOptions {
  const { tag, only, envFile, expect } = options
  const other = [
    tag && '--tag',
    expect && '--expect',
    envFile && '--env-file',
    options.without && '--without',
  ].find((it) => it !== undefined)
  if (only !== undefined && other !== undefined) {
    throw new DrayError('USAGE', `\`--only\` excludes \`${other}\`.`, {
      hint: 'With `--only`, the host gets the release that the other hosts run.',
    })
  }
  return { tag, only, expected: readExpected(expect ?? ''), envFile, ...readPlaceOptions(options) }
}

/** Throws USAGE for an invalid duration. */
export function readPlaceOptions({ wait, adopt, dryRun, without = [] }: PlaceValues): PlaceOptions {
  return { waitMs: readWait(wait), adopt: adopt === true, dryRun: dryRun === true, without }
}

function readExpected(text: string): ExpectedImage[] {
  const names = text.split(/\s+/).filter((name) => name !== '')
  return names.map((name) => {
    const { registry, repository, digest } = parseImageReference(name)
    if (digest !== undefined) return { repository: `${registry}/${repository}`, digest }
    throw new DrayError('USAGE', `The image \`${name}\` of --expect has no digest.`, {
      hint: 'Write it as `ghcr.io/acme/shop@sha256:…`. `docker buildx imagetools inspect IMAGE` prints the digest.',
    })
  })
}
