import { finalStages, type Dockerfile } from '../parse/dockerfile.ts'
import { mayBeSame } from '../parse/image-pattern.ts'
import { childOf, scalarText } from '../parse/yaml-tree.ts'
import type { Repository } from '../repository.ts'
import { directoryOf, nameOf } from '../source-file.ts'
import { buildOf, settingOf, type Service } from './compose.ts'
import type { ImagePush } from './image-push.ts'

/** Pushes that may be of the image of a service. */
export function pushesOf({ pattern }: Service, { pushes }: Repository): ImagePush[] {
  if (pattern === undefined) return []
  return pushes.filter(({ images }) => images.some(({ image }) => mayBeSame(image, pattern)))
}

/** Whether a service runs an image of the app itself, not one of others. */
export function isOwnService(service: Service, repository: Repository): boolean {
  if (settingOf(service, 'build') !== undefined) return true
  const { pattern } = service
  if (pattern === undefined || pattern.registry === 'docker.io') return false
  const registry = scalarText(childOf(repository.config?.root, 'registry'))?.toLowerCase()
  const name = `${pattern.registry}/${pattern.repository}`.toLowerCase()
  if (registry !== undefined && name.startsWith(`${registry}/`)) return true
  return (
    /[*]/.test(pattern.repository) ||
    (pattern.tag?.includes('$') ?? false) ||
    pushesOf(service, repository).length > 0
  )
}

/** The Dockerfile that the image of a service is built from, and its stage; undefined where the files do not tell. */
export function dockerfileOf(
  service: Service,
  repository: Repository,
): { dockerfile: Dockerfile; target: string | undefined } | undefined {
  const find = (path: string | undefined): Dockerfile | undefined =>
    repository.dockerfiles.find(({ file }) => file.path === path)
  const build = buildOf(service)
  if (build !== undefined) {
    const dockerfile = find(build.dockerfile)
    return dockerfile && { dockerfile, target: build.target }
  }
  if (!isOwnService(service, repository)) return undefined
  const pushed = pushesOf(service, repository).filter(({ images }) =>
    images.every(({ image }) => !image.repository.includes('**')),
  )
  const paths = [...new Set(pushed.map(({ dockerfile }) => dockerfile))]
  if (paths.length === 1 && paths[0] !== undefined) {
    const dockerfile = find(paths[0])
    return dockerfile && { dockerfile, target: undefined }
  }
  const image = nameOf(service.pattern?.repository ?? '')
  const near = repository.dockerfiles.filter(({ file }) => {
    const directory = nameOf(directoryOf(file.path))
    return (
      nameOf(file.path) === 'Dockerfile' && (directory === service.name || image.endsWith(`-${directory}`))
    )
  })
  return near.length === 1 && near[0] !== undefined ? { dockerfile: near[0], target: undefined } : undefined
}

/** All that the final image of a Dockerfile is made by, as text. */
export function buildText(dockerfile: Dockerfile, target: string | undefined): string {
  return finalStages(dockerfile, target)
    .stages.flatMap(({ instructions }) => instructions)
    .map(({ name, value }) => `${name} ${value}`)
    .join('\n')
}
