import { join } from 'node:path'
import { readFile, stat } from 'node:fs/promises'
import pMap from 'p-map'
import type { AppModel } from '../../deploy/model/app-model.ts'
import { frontDirectory } from '../../deploy/model/front.ts'
import type { AppSource, BundleFile } from '../../deploy/model/ports.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { renderOverride } from '../compose/pins.ts'
import { OVERRIDE_NAME, PINS_NAME } from '../../shared/override-names.ts'
import { composeReferences } from './compose-references.ts'
import { isPrivateKey } from '../../shared/private-file.ts'
import { onceForEqual } from '../../shared/once-for.ts'
import { isBundlePath } from './bundle-path.ts'
import { findLeftOut } from './find-left-out.ts'
import { listFiles, targetInside } from './list-files.ts'
import { renameReferences } from './rename-references.ts'
import { reviewSource } from './review-source.ts'

/** File names that Compose looks for; it uses the first that exists. */
export const DEFAULT_NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml']

/** Compose reads the first of these on top of its default file. */
const OVERRIDE_NAMES = [
  'compose.override.yml',
  'compose.override.yaml',
  OVERRIDE_NAME,
  'docker-compose.override.yaml',
]

/** The paths that active services mount, and those that only inactive ones do. */
type Mounts = { mounted: readonly string[]; inactive: readonly string[] }

type Files = { compose: readonly BundleFile[]; others: readonly BundleFile[] }

/**
 * The app's files on this machine: `directory` contains its (first) compose file, `composeFiles` are paths in it,
 * `include` has patterns of more paths to ship, `exclude` of paths not to ship.
 *
 * A single compose file keeps its default name, or gets one. Several are included by a file with a default name that dray
 * writes, since a plain `docker compose` on the server would not find them. Any other file with a default name gets another.
 */
export function createAppSource(app: {
  directory: string
  composeFiles: readonly string[]
  include: readonly string[]
  exclude?: readonly string[]
  designFront?: AppSource['designFront']
}): AppSource {
  const readComposeFiles = async (): Promise<readonly BundleFile[]> => {
    const found = await composeReferences(app.directory, app.composeFiles)
    const [first] = app.composeFiles
    const single = app.composeFiles.length === 1 ? first : undefined
    const main = DEFAULT_NAMES.find((name) => name === single) ?? mainName(found)
    const names = newNames(found, { single, main })
    const files = await Promise.all(
      found.map(async (path) => {
        // For mounted files `listFiles` reports this.
        await targetInside(app.directory, path)
        const file = await readBundleFile(app.directory, path)
        return names.size === 0 ? file : rename(file, names)
      }),
    )
    if (single !== undefined) return files
    const included = [...app.composeFiles.map((path) => names.get(path) ?? path), PINS_NAME]
    const text = `# Written by dray.\ninclude:\n  - path: ${JSON.stringify(included)}\n`
    return [...files, textFile(main, text), textFile(PINS_NAME, 'services: {}\n')]
  }

  // Read once, although requested repeatedly: the files that are shipped must be those that the plan is based on.
  let composeRead: Promise<readonly BundleFile[]> | undefined
  const composeFiles = (): Promise<readonly BundleFile[]> => (composeRead ??= readComposeFiles())

  /** All files except the pins. */
  const readFiles = async ({ mounted, inactive }: Mounts): Promise<Files> => {
    await refuseAbove(app.directory, mounted)
    const paths = await listFiles(app.directory, {
      paths: [...mounted, ...inactive],
      include: app.include,
      exclude: app.exclude ?? [],
    })
    const compose = await composeFiles()
    const shipped = new Set(compose.map((file) => file.path))
    const others = paths.filter(
      (path) =>
        !shipped.has(path) &&
        path !== OVERRIDE_NAME &&
        !DEFAULT_NAMES.includes(path) &&
        !app.composeFiles.includes(path),
    )
    refuseDisplacing(others)
    return {
      compose,
      others: await pMap(others, (path) => readBundleFile(app.directory, path), {
        concurrency: OPEN_AT_ONCE,
      }),
    }
  }
  const pinsName = app.composeFiles.length === 1 ? OVERRIDE_NAME : PINS_NAME
  // A deploy asks for them twice for each host, for the names and then with the images: it must ship the files that it compared, and
  // the same to every host.
  const filesOf = onceForEqual(readFiles)
  const leftOutOf = onceForEqual((mounted: readonly string[]) =>
    findLeftOut(app.directory, { ...app, mounted }),
  )
  let reviewed: ReturnType<typeof reviewSource> | undefined

  return {
    composeFiles: async (front) => {
      const files = await composeFiles()
      if (front === undefined) return files
      return [
        ...files.filter(({ path }) => path !== pinsName),
        textFile(pinsName, renderOverride({}, {}, { front })),
      ]
    },
    review: () => (reviewed ??= reviewSource(app.directory)),
    leftOut: leftOutOf,
    ...(app.designFront && { designFront: app.designFront }),
    bundle: async (model, images, checks = {}) => {
      const { compose, others } = await filesOf(mountsOf(model))
      const pins = textFile(
        pinsName,
        renderOverride(images, model.pins, { checks, ...model }),
        // Pinned values and health checks may have values of `.env`.
        Object.keys({ ...model.pins, ...checks }).length === 0 ? 0o644 : 0o600,
      )
      const front = model.front?.services.length
        ? [textFile(`${frontDirectory}/${model.front.configurationFile}`, model.front.configuration)]
        : []
      return [...compose.filter((file) => file.path !== PINS_NAME), pins, ...others, ...front]
    },
  }
}

function mountsOf({ services, inactive = [] }: AppModel): Mounts {
  const [mounted, others] = [services, inactive].map((of) =>
    of.flatMap(({ mounts }) => mounts.map(({ path }) => path)),
  )
  return { mounted: mounted ?? [], inactive: others ?? [] }
}

/** Refuses an override file among the shipped files that Compose would read instead of the pins or on top of them. */
function refuseDisplacing(paths: readonly string[]): void {
  const found = paths.find((path) => OVERRIDE_NAMES.includes(path))
  if (found === undefined) return
  throw new DrayError(
    'COMPOSE_INVALID',
    `Compose on the server would read ${found} instead of the pins of dray.`,
    {
      hint: `Name it under \`compose:\` in dray.yml, after the compose file, or do not ship it: \`bundle: { exclude: [${found}] }\`.`,
    },
  )
}

/** The default name of the file that Compose reads: one of the app's own, which then gets another. */
function mainName(paths: readonly string[]): string {
  return DEFAULT_NAMES.find((name) => paths.includes(name)) ?? 'docker-compose.yml'
}

/**
 * Names on the server by those here, where they differ: only the main file has a default name there, since Compose warns about
 * several with each command; an override file has another one, since Compose would read it a second time, on top of the pins.
 */
function newNames(
  paths: readonly string[],
  { single, main }: { single: string | undefined; main: string },
): Map<string, string> {
  const others = paths.filter(
    (path) => [...DEFAULT_NAMES, ...OVERRIDE_NAMES].includes(path) && path !== single,
  )
  const names = new Map(others.map((path) => [path, `.dray-${path}`]))
  if (single !== undefined && single !== main) names.set(single, main)
  return names
}

function rename(file: BundleFile, names: ReadonlyMap<string, string>): BundleFile {
  const path = names.get(file.path) ?? file.path
  if (!/\.ya?ml$/.test(file.path)) return file
  const text = Buffer.from(file.content).toString('utf8')
  const renamed = renameReferences(text, file.path, names)
  return renamed === text ? { ...file, path } : { ...textFile(path, renamed), mode: file.mode }
}

/**
 * A mounted path above the compose file that exists here would be missing on the server. Otherwise it is the server's
 * own.
 */
async function refuseAbove(directory: string, mounted: readonly string[]): Promise<void> {
  for (const path of mounted.filter((it) => it.startsWith('../'))) {
    const here = await stat(join(directory, path)).catch(() => undefined)
    if (here === undefined) continue
    throw new DrayError(
      'COMPOSE_PATH_OUTSIDE',
      `The compose file mounts ${path}, which is outside its directory, so it cannot be shipped.`,
    )
  }
}

function textFile(path: string, text: string, mode = 0o644): BundleFile {
  return {
    path,
    content: new TextEncoder().encode(text),
    mode,
  }
}

/** Some systems allow a process only 256 open files. */
const OPEN_AT_ONCE = 64

async function readBundleFile(directory: string, path: string): Promise<BundleFile> {
  refuseOutside(path)
  const full = join(directory, path)
  const [content, { mode }] = await Promise.all([readFile(full), stat(full)])
  if (isPrivateKey(content)) {
    throw new DrayError('FILE_SECRET', `${path} is a private key, so it is not shipped with the app.`, {
      hint: `Put the key on the server by hand, and name it in dray.yml: \`bundle: { exclude: ["${path}"] }\`.`,
    })
  }
  return { path, content, mode: (mode & 0o111) === 0 ? 0o644 : 0o755 }
}

function refuseOutside(path: string): void {
  if (!isBundlePath(path)) {
    throw new DrayError('COMPOSE_PATH_OUTSIDE', `${JSON.stringify(path)} cannot be shipped with the app.`)
  }
}
