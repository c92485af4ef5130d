import { join } from 'node:path'
import { readFile, stat } from 'node:fs/promises'
import pMap from 'p-map'
import type { AppModel } from '../../deploy/model/app-model.ts'
import type { AppSource, BundleFile } from '../../deploy/model/ports.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { renderOverride } from '../compose/pins.ts'
import { composeReferences } from './compose-references.ts'
import { isBundlePath } from './bundle-path.ts'
import { listFiles, targetInside } from './list-files.ts'

/** The override file that dray writes for an app of one compose file. */
export const OVERRIDE_NAME = 'docker-compose.override.yml'
/** The same for an app of several. */
export const PINS_NAME = '.dray-pins.yml'
/** The names that Compose looks for by itself; the first that is there counts. */
export const DEFAULT_NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml']

type Files = { compose: readonly BundleFile[]; others: readonly BundleFile[] }

/**
 * The app as it lies on this machine: `directory` is where its (first) compose file is, `composeFiles` are paths within it,
 * `include` patterns of more paths to ship, `exclude` of those not to.
 *
 * One compose file keeps its default name, or gets one; several are included by a file of a default name that dray writes,
 * since a plain `docker compose` on the server would not know of them. `composeFiles` throws COMPOSE_INVALID when no default
 * name is left that Compose would take.
 */
export function createAppSource(app: {
  directory: string
  composeFiles: readonly string[]
  include: readonly string[]
  exclude?: readonly string[]
}): AppSource {
  const readComposeFiles = async (): Promise<readonly BundleFile[]> => {
    const found = await composeReferences(app.directory, app.composeFiles)
    const single = app.composeFiles.length === 1 ? app.composeFiles[0] : undefined
    const files = await Promise.all(
      found.map(async (path) => {
        // Of those that are mounted, `listFiles` says so.
        await targetInside(app.directory, path)
        const file = await readBundleFile(app.directory, path)
        const renamed = path === single && !DEFAULT_NAMES.includes(path)
        return renamed ? { ...file, path: mainName(found) } : file
      }),
    )
    if (single !== undefined) return files
    const main = `# Written by dray.\ninclude:\n  - path: ${JSON.stringify([...app.composeFiles, PINS_NAME])}\n`
    return [...files, textFile(mainName(found), main), textFile(PINS_NAME, 'services: {}\n')]
  }

  // They are asked for again and again: what was decided by is what is shipped.
  let composeRead: Promise<readonly BundleFile[]> | undefined
  const composeFiles = (): Promise<readonly BundleFile[]> => (composeRead ??= readComposeFiles())

  /** All but the pins. */
  const readFiles = async (model: AppModel): Promise<Files> => {
    const mounted = model.services.flatMap((service) => service.mounts.map(({ path }) => path))
    await refuseAbove(app.directory, mounted)
    const paths = await listFiles(app.directory, {
      paths: mounted,
      include: app.include,
      exclude: app.exclude ?? [],
    })
    const compose = await composeFiles()
    const shipped = new Set(compose.map((file) => file.path))
    const others = paths.filter((path) => !shipped.has(path) && path !== OVERRIDE_NAME)
    return {
      compose,
      others: await pMap(others, (path) => readBundleFile(app.directory, path), {
        concurrency: OPEN_AT_ONCE,
      }),
    }
  }
  // A deploy asks twice, for the names and then with the images: it ships what it compared.
  const read = new WeakMap<AppModel, Promise<Files>>()

  return {
    composeFiles,
    bundle: async (model, images) => {
      const reading = read.get(model) ?? readFiles(model)
      read.set(model, reading)
      const { compose, others } = await reading
      const pins = textFile(
        app.composeFiles.length === 1 ? OVERRIDE_NAME : PINS_NAME,
        renderOverride(images, model.pins),
        // What is pinned may come from `.env`.
        Object.keys(model.pins).length === 0 ? 0o644 : 0o600,
      )
      return [...compose.filter((file) => file.path !== PINS_NAME), pins, ...others]
    },
  }
}

/** A default name that Compose prefers to those that are taken: the app's files may need each other by their names. */
function mainName(paths: readonly string[]): string {
  const taken = DEFAULT_NAMES.findIndex((name) => paths.includes(name))
  if (taken === -1) return 'docker-compose.yml'
  const [first] = DEFAULT_NAMES
  if (taken > 0 && first !== undefined) return first
  throw new DrayError(
    'COMPOSE_INVALID',
    `Compose on the server would read ${first ?? ''} and no other file.`,
    {
      hint: `Rename it to docker-compose.yml, here and where the other files name it.`,
    },
  )
}

/** A mounted path above the compose file that is here would be missing on the server. One that is not here is its own. */
async function refuseAbove(directory: string, mounted: readonly string[]): Promise<void> {
  for (const path of mounted.filter((it) => it.startsWith('../'))) {
    const here = await stat(join(directory, path)).catch(() => undefined)
    if (here === undefined) continue
    throw new DrayError(
      'COMPOSE_PATH_OUTSIDE',
      `The compose file mounts ${path}, which lies outside its directory, so it cannot be shipped.`,
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

/** A system may let a process have no more than 256 files open. */
const OPEN_AT_ONCE = 64

async function readBundleFile(directory: string, path: string): Promise<BundleFile> {
  refuseOutside(path)
  const full = join(directory, path)
  const [content, { mode }] = await Promise.all([readFile(full), stat(full)])
  return { path, content, mode: (mode & 0o111) === 0 ? 0o644 : 0o755 }
}

function refuseOutside(path: string): void {
  if (!isBundlePath(path)) {
    throw new DrayError('COMPOSE_PATH_OUTSIDE', `${JSON.stringify(path)} cannot be shipped with the app.`)
  }
}
