import { parseImagePattern, type ImagePattern } from '../parse/image-pattern.ts'
import { isCommand, optionOf } from '../parse/shell-command.ts'
import { childOf, scalarText } from '../parse/yaml-tree.ts'
import { joinPath, type Span } from '../source-file.ts'
import { fillInEnv, inputOf, linesOf, type Job, type Step, type Workflow } from './workflow.ts'

/** One name that a workflow pushes an image under. */
export type PushedImage = { at: Span; text: string; image: ImagePattern; tag: TagKind }

/** What a tag stands for, as far as the files tell. */
export type TagKind =
  { kind: 'sha' | 'short-sha' | 'version' | 'bare-version' | 'unknown' } | { kind: 'text'; text: string }

/** A step that pushes images. */
export type ImagePush = {
  job: Job
  step: Step
  at: Span
  images: readonly PushedImage[]
  /** Directory that is built, from the root; undefined where that is not known. */
  context: string | undefined
  dockerfile: string | undefined
  /** The cache options that it receives: `type=gha,scope=backend`. */
  cacheTo: readonly (Span & { text: string })[]
}

/** Every step of a workflow that pushes images. */
export function findPushes(workflow: Workflow, githubName: string | undefined): ImagePush[] {
  return workflow.jobs.flatMap((job) => job.steps.flatMap((step) => findPush(step, githubName)))
}

/** What a tag in a workflow stands for. */
export function tagKindOf(tag: string | undefined): TagKind {
  if (tag === undefined) return { kind: 'text', text: 'latest' }
  if (/^\$\{\{\s*github\.sha\s*\}\}$|^\$\{?GITHUB_SHA\}?$/.test(tag)) return { kind: 'sha' }
  if (/^\$\{\{\s*github\.ref_name\s*\}\}$|^\$\{?GITHUB_REF_NAME\}?$/.test(tag)) return { kind: 'version' }
  return /[$*]/.test(tag) ? { kind: 'unknown' } : { kind: 'text', text: tag }
}

function findPush(step: Step, githubName: string | undefined): ImagePush[] {
  if (step.action === 'docker/build-push-action') return fromBuildAction(step, githubName)
  return step.commands.flatMap((command) => {
    const isBuild =
      (isCommand(command, 'docker', 'buildx', 'build') || isCommand(command, 'docker', 'build')) &&
      command.words.some(({ text }) => text === '--push')
    if (!isBuild && !isCommand(command, 'docker', 'push')) return []
    const names = isBuild
      ? command.words.filter((_, index) => ['-t', '--tag'].includes(command.words[index - 1]?.text ?? ''))
      : command.words.slice(2).filter(({ text }) => !text.startsWith('-'))
    const images = names.map((word) => pushedImage(word, fillInEnv(word.text, step), githubName))
    const cache = optionOf(command, '--cache-to')
    return [
      {
        job: step.job,
        step,
        at: command,
        images,
        context: undefined,
        dockerfile: undefined,
        cacheTo: cache === undefined ? [] : [cache],
      },
    ]
  })
}

function fromBuildAction(step: Step, githubName: string | undefined): ImagePush[] {
  const push = inputOf(step, 'push')
  const outputs = inputOf(step, 'outputs')
  const isPushed =
    (push !== undefined && push.text !== 'false') || /type=registry|push=true/.test(outputs?.text ?? '')
  if (!isPushed || step.uses === undefined) return []
  const context = inputOf(step, 'context')?.text ?? '.'
  const directory = /[$:]/.test(context) ? undefined : joinPath('.', context)
  const file = inputOf(step, 'file')?.text
  const cache = inputOf(step, 'cache-to')
  return [
    {
      job: step.job,
      step,
      at: step.uses,
      images: pushedTags(step, githubName),
      context: directory,
      dockerfile:
        file !== undefined && !/\$/.test(file)
          ? joinPath('.', file)
          : directory === undefined
            ? undefined
            : joinPath(directory, 'Dockerfile'),
      cacheTo: cache === undefined ? [] : linesOf(cache),
    },
  ]
}

function pushedTags(step: Step, githubName: string | undefined): PushedImage[] {
  const tags = inputOf(step, 'tags')
  if (tags === undefined) return []
  return linesOf(tags).flatMap((line) => {
    const metadata = /^\$\{\{\s*steps\.([\w-]+)\.outputs\.tags\s*\}\}$/.exec(line.text)?.[1]
    if (metadata !== undefined) return fromMetadata(step, metadata, githubName)
    let offset = line.start
    return line.text.split(',').map((part) => {
      const start = line.file.text.indexOf(part.trim(), offset)
      const at = {
        file: line.file,
        start: Math.max(start, line.start),
        end: Math.max(start, line.start) + part.trim().length,
      }
      offset = at.end
      return pushedImage(at, fillInEnv(part.trim(), step), githubName)
    })
  })
}

function pushedImage(at: Span, text: string, githubName: string | undefined): PushedImage {
  const image = parseImagePattern(text, githubName)
  return { at, text, image, tag: tagKindOf(image.tag) }
}

/** The images and tags that docker/metadata-action makes; the action puts names in lower case on its own. */
function fromMetadata(step: Step, id: string, githubName: string | undefined): PushedImage[] {
  const source = step.job.steps.find((it) => scalarText(childOf(it.node, 'id')) === id)
  const images = source === undefined ? undefined : inputOf(source, 'images')
  if (source?.action !== 'docker/metadata-action' || images === undefined) return []
  const rules = inputOf(source, 'tags')
  const kinds =
    rules === undefined
      ? [{ kind: 'unknown' as const }]
      : linesOf(rules).flatMap(({ text }) => metadataTag(text))
  return linesOf(images).flatMap((line) => {
    const image = parseImagePattern(fillInEnv(line.text, source).toLowerCase(), githubName?.toLowerCase())
    return kinds.map((tag) => ({ at: line, text: line.text.toLowerCase(), image, tag }))
  })
}

/** https://github.com/docker/metadata-action#tags-input */
function metadataTag(rule: string): TagKind[] {
  const attributes = new Map(
    rule.split(',').map((part) => [part.split('=')[0]?.trim() ?? '', part.slice(part.indexOf('=') + 1)]),
  )
  const type = rule.includes('type=') ? attributes.get('type') : 'raw'
  if (type === 'sha') {
    const prefix = attributes.has('prefix') ? attributes.get('prefix') : 'sha-'
    return [{ kind: prefix === '' && attributes.get('format') === 'long' ? 'sha' : 'short-sha' }]
  }
  if (type === 'semver')
    return [{ kind: attributes.get('pattern')?.startsWith('v') ? 'version' : 'bare-version' }]
  if (type === 'ref' && attributes.get('event') === 'tag') return [{ kind: 'version' }]
  if (type === 'raw') return [tagKindOf(attributes.get('value') ?? rule.trim())]
  return [{ kind: 'unknown' }]
}
