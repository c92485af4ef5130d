import { DrayError } from '../../errors/dray-error.ts'
import { variablesOfTag } from '../../shared/image-template.ts'
import { familiarName, type ImageReference } from '../model/image-reference.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'
import { readReference } from './observe/read-reference.ts'

type Found = { service: string; reference: ImageReference; template: string }

/**
 * A tag to deploy that selects no image would be ignored without a word. Throws TAG_UNUSED if the tag of an own image comes
 * from a variable that this deploy does not set, or if these are all hosts (`isAll`) and no image has the tag. An own image with a fixed tag beside others
 * that have the tag is deliberate.
 */
export function refuseUnselectedTags(
  observations: readonly Pick<HostObservation, 'directory' | 'imageTemplates'>[],
  { tag, restores, ownRepositories, givenVariables }: DesiredRelease,
  isAll: boolean,
): void {
  if (tag === undefined || restores !== undefined) return
  const sorted = observations.map((it) => sortImages(it, { tag, ownRepositories }))
  for (const { service, reference, template } of sorted.flatMap(({ others }) => others)) {
    const variable = variableOfTag(template, givenVariables)
    if (variable === undefined) continue
    throw new DrayError(
      'TAG_UNUSED',
      `Service ${service} would run ${familiarName(reference)}, not tag ${tag}: its image takes the tag from ${variable}, which this deploy does not set.`,
      {
        hint: `${advise(reference)} Or add \`env: { ${variable}: "\${IMAGE_TAG}" }\` to the environment in dray.yml.`,
      },
    )
  }
  const images = sorted.flatMap((it) => it.images)
  if (!isAll || images.some(({ reference }) => hasTag(reference, tag))) return
  const [first = images[0]] = sorted.flatMap(({ own }) => own)
  if (first === undefined) return
  throw new DrayError(
    'TAG_UNUSED',
    `No service runs an image with tag ${tag}: service ${first.service} would run ${familiarName(first.reference)}.`,
    { hint: advise(first.reference) },
  )
}

/**
 * Own images with a fixed tag beside others that have the tag of the deploy, as a sentence, by service: they may be deliberate, and
 * are named all the same.
 */
export function describeFixedTags(
  observation: HostObservation,
  { tag, restores, ownRepositories }: DesiredRelease,
): Map<string, string> {
  if (tag === undefined || restores !== undefined) return new Map()
  const { others } = sortImages(observation, { tag, ownRepositories })
  return new Map(
    others
      .filter(({ template }) => variablesOfTag(template).length === 0)
      .map(({ service, reference }) => [
        service,
        `${service} runs ${familiarName(reference)}, not ${tag}: its tag is fixed in the compose file`,
      ]),
  )
}

type Sorted = { images: readonly Found[]; own: readonly Found[]; others: readonly Found[] }

/** `own`: the images of the app; `others`: those of them without the tag. */
function sortImages(
  { directory, imageTemplates }: Pick<HostObservation, 'directory' | 'imageTemplates'>,
  { tag, ownRepositories }: { tag: string; ownRepositories: readonly string[] },
): Sorted {
  const images = directory.app.services.map(({ name, image }): Found => {
    return { service: name, reference: readReference(name, image), template: imageTemplates.get(name) ?? '' }
  })
  const own = images.filter(({ reference }) =>
    ownRepositories.some((prefix) => `${reference.registry}/${reference.repository}`.startsWith(prefix)),
  )
  return { images, own, others: own.filter(({ reference }) => !hasTag(reference, tag)) }
}

/** The whole tag, or a part of it, as in `${IMAGE_TAG}-alpine`. An image with a digest was chosen by that. */
function hasTag({ tag = 'latest', digest }: ImageReference, wanted: string): boolean {
  return digest !== undefined || tag.includes(wanted)
}

/** The variable that an image as written takes its tag from; undefined if a given variable is in the tag as well. */
function variableOfTag(template: string, given: readonly string[]): string | undefined {
  const names = variablesOfTag(template)
  return names.some((name) => given.includes(name)) ? undefined : names[0]
}

function advise(reference: ImageReference): string {
  const name = familiarName({ registry: reference.registry, repository: reference.repository })
  return `Write \`image: ${name}:\${IMAGE_TAG:-latest}\`.`
}
