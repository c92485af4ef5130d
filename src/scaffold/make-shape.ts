import { parse } from 'yaml'
import * as z from 'zod'
import { DrayError } from '../errors/dray-error.ts'
import type { AppShape, DrayTool, EnvironmentShape, ImageShape } from './app-shape.ts'
import { findImages, type FoundImages } from './find-images.ts'
import { findTasks, findVariables } from './find-tasks.ts'
import { parseComposeFile } from '../shared/compose-file.ts'
import { isScheduler } from '../shared/scheduler.ts'
import { readComposeImages, repositoryOf } from './read-compose-images.ts'
import type { Repository } from './repository.ts'

export type Form = 'several' | 'single'

/** Answers of the user; init guesses the missing ones. */
export type Answers = {
  app: string
  owner: string
  testHost: string
  productionHost: string
  testForm: Form
  productionForm: Form
}

/** The guesses of init, and the choices. */
export type Suggestion = {
  answers: Answers
  /** The forms that the Dockerfiles allow. */
  forms: readonly Form[]
  /** Read from dray.yml, which is then kept. */
  isConfigured: boolean
}

const environmentNames = ['test', 'production'] as const

/** Guesses the answers from the repository. Throws INIT_NOTHING_FOUND if it has no app to deploy. */
export function suggestAnswers(repository: Repository): Suggestion {
  const written = readDrayFile(repository)
  const app = written?.app ?? toName(repository.name)
  const owner = (written?.registry?.replace(/^ghcr\.io\//, '') ?? repository.owner ?? 'acme').toLowerCase()
  const forms = formsOf(findImages(repository, `ghcr.io/${owner}/${app}`))
  if (forms.length === 0 && findComposeName(repository, 'test') === undefined) {
    throw new DrayError('INIT_NOTHING_FOUND', `${repository.name} has no Dockerfile and no compose file.`)
  }
  const form = (wanted: Form): Form => (forms.includes(wanted) ? wanted : (forms[0] ?? 'single'))
  return {
    answers: {
      app,
      owner,
      testHost: written?.environments?.['test']?.host ?? 'deploy@test.example.com',
      productionHost: written?.environments?.['production']?.host ?? 'deploy@example.com',
      testForm: form('several'),
      productionForm: form('single'),
    },
    forms,
    isConfigured: written !== undefined,
  }
}

/** The shape from the answers and the repository. */
export function makeShape(repository: Repository, answers: Answers, tool: DrayTool): AppShape {
  const { app, owner } = answers
  const imageBase = `ghcr.io/${owner}/${app}`
  const found = findImages(repository, imageBase)
  const path = (name: string): string => readDrayFile(repository)?.environments?.[name]?.path ?? `/srv/${app}`
  const sameForm = answers.testForm === answers.productionForm
  const environments = environmentNames.map((name): EnvironmentShape => {
    const isTest = name === 'test'
    const own = !isTest && !sameForm
    const there = findComposeName(repository, own ? name : 'test')
    const images = imagesOf(found, isTest ? answers.testForm : answers.productionForm)
    return {
      name,
      host: isTest ? answers.testHost : answers.productionHost,
      path: path(name),
      composeFile: there ?? (own ? 'docker-compose.production.yml' : 'docker-compose.yml'),
      nginxDirectory: own ? 'nginx/production' : 'nginx/conf.d',
      images:
        there === undefined
          ? images
          : readComposeImages(repository.texts.get(there) ?? '', {
              imageBase,
              known: [...images, ...imagesOf(found, 'several'), ...imagesOf(found, 'single')],
            }).images,
    }
  })
  const images = environments.flatMap((environment) => environment.images)
  return {
    app,
    owner,
    branch: repository.branch,
    environments,
    tasks: findTasks(repository, images),
    schedulers: findSchedulers(repository, environments),
    variables: findVariables(repository, images),
    tool,
  }
}

/** Services of the compose files that run an image of the app and look like a scheduler. */
function findSchedulers({ texts }: Repository, environments: readonly EnvironmentShape[]): string[] {
  const found = environments.flatMap(({ composeFile, images }) => {
    const written = parseComposeFile(texts.get(composeFile) ?? '').services
    const isOwn = (image: string) => images.some(({ repository }) => repository === repositoryOf(image))
    return written.length === 0
      ? images.map(({ service }) => service).filter((service) => isScheduler(service, ''))
      : written
          .filter(({ name, image, command }) => isOwn(image ?? '') && isScheduler(name, command ?? ''))
          .map(({ name }) => name)
  })
  return [...new Set(found)]
}

/** The existing compose file of an environment. */
export function findComposeName({ texts }: Repository, environment: string): string | undefined {
  const names = ['compose', 'docker-compose'].flatMap((stem) => [`${stem}.yaml`, `${stem}.yml`])
  const wanted = environment === 'test' ? names : names.map((name) => name.replace('.', '.production.'))
  return wanted.find((name) => texts.has(name))
}

function formsOf({ parts, whole }: FoundImages): Form[] {
  const forms: Form[] = []
  if (parts.length + (whole === undefined ? 0 : 1) > 1) forms.push('several')
  if (whole !== undefined ? isEnough(parts) : parts.length === 1) forms.push('single')
  return forms
}

function imagesOf({ parts, whole }: FoundImages, form: Form): readonly ImageShape[] {
  if (whole === undefined) return parts
  if (form === 'single' && isEnough(parts)) return [whole]
  return isEnough(parts) && parts.length > 0 ? parts : [whole, ...parts]
}

/** Whether the parts form an app without the single image; a lone worker does not. */
function isEnough(parts: readonly ImageShape[]): boolean {
  return parts.length === 0 || parts.filter(({ route }) => route !== undefined).length > 1
}

const drayFileSchema = z.looseObject({
  app: z.string().optional(),
  registry: z.string().optional(),
  environments: z
    .record(z.string(), z.looseObject({ host: z.string().optional(), path: z.string().optional() }))
    .optional(),
})

/** Parses an existing dray.yml as far as possible. */
function readDrayFile({ texts }: Repository): z.infer<typeof drayFileSchema> | undefined {
  const text = texts.get('dray.yml') ?? texts.get('dray.yaml')
  if (text === undefined) return undefined
  try {
    return drayFileSchema.parse(parse(text, { logLevel: 'silent' }) ?? {})
  } catch {
    return {}
  }
}

function toName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^[-_]+|[-_]+$/g, '')
  return name === '' ? 'app' : name
}
