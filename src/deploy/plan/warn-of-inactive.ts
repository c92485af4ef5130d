import type { HostObservation } from '../model/observation.ts'
import { pinnedName } from '../model/image-reference.ts'

/**
 * Services without an active profile that a user started, and that keep the image they have: a deploy leaves them alone.
 * Third-party images are named as in the compose file, so that only those whose name changes are known to differ.
 */
export function warnOfInactive({ inactive, containers }: HostObservation, environment: string): string[] {
  return inactive.flatMap(({ service: { name, image: named }, resolved }): string[] => {
    const image = resolved === undefined ? named : pinnedName(resolved.reference, resolved.digest)
    const isOld = containers.some(
      (it) => it.service === name && !it.oneOff && it.state === 'running' && it.imageName !== image,
    )
    if (image === undefined || !isOld) return []
    return [
      `${name} was started manually, and keeps its image: this deploy leaves it alone. \`dray compose ${environment} up -d ${name}\` replaces it afterwards.`,
    ]
  })
}
