import { readImageNames } from './image-names.ts'
import { readText } from './read-text.ts'
import * as z from 'zod'
import type { Credentials, Engine, LocalImage } from '../../deploy/model/ports.ts'
import { splitLines } from '../host/line-splitter.ts'
import { type EngineClient, readMessage } from './engine-client.ts'
import { imageConfigSchema, readImageConfig } from './image-config.ts'
import { readPullFailure } from './pull-failure.ts'
import { trackPull } from './pull-progress.ts'

type Images = Pick<
  Engine,
  | 'imageConfig'
  | 'imageLayers'
  | 'images'
  | 'usedImageIds'
  | 'pull'
  | 'tag'
  | 'removeImage'
  | 'pruneDanglingImages'
>

/** The Engine's images. `host` is for error messages. */
export function createImages(client: EngineClient, host: string): Images {
  return {
    async images() {
      const answer = await client.read({ method: 'GET', path: '/images/json' }, z.array(imageAnswer))
      return answer.map(readImage)
    },

    async usedImageIds() {
      const request = { method: 'GET', path: '/containers/json', query: { all: true } } as const
      const answer = await client.read(request, z.array(z.object({ ImageID: z.string() })))
      return new Set(answer.map(({ ImageID }) => ImageID))
    },

    pull: (name, options) => pullImage(client, { name, host }, options),

    async tag(name, tag) {
      const { repository: repo, version } = splitName(tag)
      const request = {
        method: 'POST',
        path: `/images/${namePath(name)}/tag`,
        query: { repo, tag: version },
      } as const
      await client.assertDone(await client.send(request), request)
    },

    async imageConfig(name) {
      const request = { method: 'GET', path: `/images/${namePath(name)}/json` } as const
      const answer = await client.send(request)
      if (answer.status === 404) return undefined
      return readImageConfig((await client.parse(answer, request, inspectAnswer)).Config)
    },

    async imageLayers(id) {
      const request = { method: 'GET', path: `/images/${namePath(id)}/json` } as const
      const answer = await client.send(request)
      if (answer.status === 404) return []
      return (await client.parse(answer, request, layersAnswer)).RootFS?.Layers ?? []
    },

    async removeImage(name) {
      const request = { method: 'DELETE', path: `/images/${namePath(name)}` } as const
      const answer = await client.send(request)
      if (answer.status === 404 || answer.status === 409) return false
      await client.assertDone(answer, request)
      return true
    },

    async pruneDanglingImages() {
      const dangling = await client.read(
        { method: 'GET', path: '/images/json', query: { filters: JSON.stringify({ dangling: ['true'] }) } },
        z.array(z.object({ Id: z.string() })),
      )
      if (dangling.length === 0) return { count: 0, freedBytes: 0 }
      const answer = await client.read(
        { method: 'POST', path: '/images/prune', query: { filters: JSON.stringify({ dangling: ['true'] }) } },
        pruneAnswer,
      )
      // The answer lists layers as well as images.
      const deleted = new Set(answer.ImagesDeleted?.map(({ Deleted }) => Deleted))
      const count = dangling.filter(({ Id }) => deleted.has(Id)).length
      return { count, freedBytes: answer.SpaceReclaimed }
    },
  }
}

const imageAnswer = z.object({
  Id: z.string(),
  RepoTags: z.array(z.string()).nullish(),
  RepoDigests: z.array(z.string()).nullish(),
  Size: z.number(),
  Created: z.number(),
})

const inspectAnswer = z.object({ Config: imageConfigSchema.nullish() })

const layersAnswer = z.object({ RootFS: z.object({ Layers: z.array(z.string()).nullish() }).nullish() })

const pruneAnswer = z.object({
  ImagesDeleted: z.array(z.object({ Deleted: z.string().optional() })).nullish(),
  SpaceReclaimed: z.number(),
})

function readImage(answer: z.infer<typeof imageAnswer>): LocalImage {
  const { tags, digests } = readImageNames(answer)
  return {
    id: answer.Id,
    tags: tags.filter((it) => !it.includes('@')),
    digests,
    sizeBytes: answer.Size,
    createdAtMs: answer.Created * 1000,
  }
}

async function pullImage(
  client: EngineClient,
  image: { name: string; host: string },
  options: Parameters<Engine['pull']>[1],
): Promise<void> {
  const { credentials, onProgress, signal } = options
  const { repository, version } = splitName(image.name)
  const pull = { ...image, credentials }
  const response = await client.stream({
    method: 'POST',
    path: '/images/create',
    query: { fromImage: repository, tag: version },
    headers: credentials && { 'x-registry-auth': renderRegistryAuth(repository, credentials) },
    signal,
  })
  try {
    const failure = async (text: string) => readPullFailure(await client.maskValues(text), pull)
    if ((response.statusCode ?? 0) >= 400) throw await failure(readMessage(await readText(response)))

    const tracker = trackPull()
    const lines = splitLines((line) => {
      const progress = tracker.take(line)
      if (progress) onProgress?.(progress)
    })
    for await (const chunk of response) lines.push(chunk as Buffer)
    lines.end()
    const error = tracker.error()
    if (error !== undefined) throw await failure(error)
  } catch (error) {
    throw await client.explain(error, response.socket, signal)
  }
}

/** The only place that sends out a registry password: Engine API, "Authentication", URL-safe base64 of JSON. */
function renderRegistryAuth(repository: string, { username, password }: Credentials): string {
  const serveraddress = repository.slice(0, Math.max(0, repository.indexOf('/')))
  const auth = JSON.stringify({ username, password: password.reveal(), serveraddress })
  // The padding stays: the Engine decodes with Go's URLEncoding, which requires it.
  return Buffer.from(auth, 'utf8').toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

/** `repo@sha256:…` or `repo:tag` in the two parts that the Engine expects. A port is not a tag. */
function splitName(name: string): { repository: string; version: string } {
  const at = name.indexOf('@')
  if (at !== -1) return { repository: name.slice(0, at).replace(/:[^:/]*$/, ''), version: name.slice(at + 1) }
  const [, repository = name, version = 'latest'] = /^(.*?)(?::([^:/]*))?$/.exec(name) ?? []
  return { repository, version }
}

function namePath(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/')
}
