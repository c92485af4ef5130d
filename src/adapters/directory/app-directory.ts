import { posix } from 'node:path'
import { DrayError } from '../../errors/dray-error.ts'
import type { StackReview } from '../../deploy/model/cluster.ts'
import type { AppDirectory, BundleFile, DirectoryObservation } from '../../deploy/model/ports.ts'
import { parseModel, readAppModel } from '../compose/read-model.ts'
import { reviewStack } from '../swarm/review-stack.ts'
import { createServerValues } from '../compose/server-values.ts'
import { checkComposeVersion, composeRefusal } from '../compose/compose-failure.ts'
import { readHashes } from './file-hashes.ts'
import { FILES_CHANGED, placeScript, recordScript, restoreScript } from './file-scripts.ts'
import { readFileSystems } from './file-system.ts'
import { findEnvUses } from './env/env-uses.ts'
import { readContentHashes, readEnvFacts, readHostHashes } from './env/read-env-facts.ts'
import { HASH_KEY_NAME } from './env/value-hashes.ts'
import { runReadingScript, runScript, scriptFailure } from './host-script.ts'
import { readBalancer } from './read-journal-end.ts'
import { readRelease, releaseIdsIn } from './read-release.ts'
import { inspectScript, surveyScript } from './scripts.ts'
import { withWriter } from './written-by.ts'
import { parseSections, sectionText, type Section } from './sections.ts'
import { tarOf } from './tar.ts'
import type { AppPlace } from './app-place.ts'
import { changeMoreThanImages, exportLines } from './values.ts'

/** The app's directory on a host, reached with `runner`. Compose interpolates `values`. */
export function createAppDirectory(place: AppPlace): AppDirectory {
  const { runner, path, values } = place
  const serverValues = place.serverValues ?? createServerValues(place)
  const run = async (
    what: string,
    script: string,
    request: { args?: string[]; input?: string | Uint8Array; onlyReads?: true },
  ) => {
    const { args = [], input = '', onlyReads = false } = request
    const output = await (onlyReads ? runReadingScript : runScript)(runner, script, {
      args: [path, ...args],
      input,
    })
    if (output.exitCode !== 0) throw scriptFailure(output, { host: runner.name, path, what })
    return output.stdout
  }

  const inspect = async (
    files: readonly BundleFile[],
    signal?: AbortSignal,
  ): Promise<DirectoryObservation> => {
    const uses = findEnvUses(files)
    const name = posix.basename(path)
    const input = await tarOf([
      { path: 'values', content: exportLines(values), mode: 0o600 },
      { path: 'env-files', content: linesOf(uses.envFiles) },
      { path: 'variables', content: linesOf(uses.contentVariables) },
      ...files.map((file) => ({ ...file, path: `in/${name}/${file.path}` })),
    ])
    const output = await runReadingScript(runner, inspectScript, {
      args: [path, name, ...(changeMoreThanImages(files, values) ? ['twice'] : [])],
      input,
      ...(signal === undefined ? {} : { signal }),
    })
    if (output.exitCode !== 0)
      throw scriptFailure(output, { host: runner.name, path, what: 'reading the directory' })
    const sections = parseSections(output.stdout)
    assertComposeUsable(sections, runner.name)
    // The model has values of `.env`, such as in commands and labels: the secrets among them are known before it is shown.
    const read = sectionText(sections, 'server-values')
    const mask = await (read === undefined ? serverValues.readMask() : serverValues.take(read))
    const [, ...variables] = (sectionText(sections, 'env') ?? '').split('\n')
    const hashes = readHostHashes(sections)
    const envFacts = readEnvFacts(sections, { place: { host: runner.name, path }, uses, hashes, variables })
    const refusal = (section: string) =>
      composeRefusal(sectionText(sections, section) ?? '', {
        host: runner.name,
        path,
        stage: sectionText(sections, 'stage') ?? '',
        mask,
      })
    if (sectionText(sections, 'model-exit') !== '0') throw refusal('model-error')
    const contentHashes = readContentHashes(hashes, uses, { values, variables })
    const observation = readDirectoryObservation(sections, {
      path,
      envFacts,
      contentHashes,
      engine: place.engine,
    })
    if (sectionText(sections, 'all-model-error') === undefined) return observation
    const inactiveProblem = refusal('all-model-error').message
    return { ...observation, app: { ...observation.app, inactiveProblem } }
  }

  return {
    path,
    inspect,
    survey: async ({ files, imageRoots, sources = [], directories = [] }) => {
      const input = `${linesOf(directories)}\n${linesOf(sources)}\n${linesOf(files)}`
      const sections = parseSections(
        await run('reading the files', surveyScript, { args: [...imageRoots], input, onlyReads: true }),
      )
      const text = (name: string): string => sectionText(sections, name) ?? ''
      return {
        hashes: readHashes(text('hashes')),
        directories: readDirectories(text('directories')),
        missing: text('missing')
          .split('\n')
          .filter((line) => line !== ''),
        fileSystems: readFileSystems([
          { holds: 'Docker', text: text('room-images') },
          { holds: 'the app', text: text('room-app') },
        ]),
      }
    },
    place: async ({ files, remove, inPlace, adopt }) => {
      const input = await tarOf([
        { path: 'remove', content: linesOf(remove) },
        { path: 'in-place', content: linesOf(inPlace) },
        { path: 'adopt', content: linesOf(adopt) },
        ...files.map((file) => ({ ...file, path: `files/${file.path}` })),
      ])
      await run('writing the files of the release', placeScript, { input })
    },
    restore: async () => {
      await run('restoring the files', restoreScript, {})
    },
    record: async (release, { files, drop, newHashKey }) => {
      const record = async (sent: readonly BundleFile[]) => {
        const input = await tarOf([
          { path: 'release.json', content: `${JSON.stringify(withWriter(release), null, 2)}\n` },
          { path: 'list', content: linesOf(Object.keys(release.files)) },
          { path: 'hashes', content: linesOf(Object.values(release.files)) },
          ...(newHashKey ? [{ path: HASH_KEY_NAME, content: newHashKey.reveal(), mode: 0o600 }] : []),
          ...sent.map((file) => ({ ...file, path: `files/${file.path}` })),
        ])
        return runScript(runner, recordScript, { args: [path, release.id, ...drop], input })
      }
      let output = await record([])
      if (output.exitCode === FILES_CHANGED) {
        const changed = new Set(output.stdout.split('\n'))
        output = await record(files.filter((file) => changed.has(file.path)))
      }
      if (output.exitCode !== 0)
        throw scriptFailure(output, { host: runner.name, path, what: 'recording the release' })
    },
  }
}

function readStackReview(model: string, stage: string): StackReview {
  const raw = parseModel(model, stage)
  if (raw !== undefined) return reviewStack(raw)
  throw new DrayError('COMPOSE_INVALID', 'Docker Compose on the host returned a model that cannot be read.')
}

function readDirectories(text: string): Map<string, 'there' | 'gone'> {
  const found = [...text.matchAll(/^(there|gone) (.+)$/gm)]
  return new Map(found.map(([, state, path = '']) => [path, state === 'there' ? 'there' : 'gone']))
}

function linesOf(names: readonly string[]): string {
  return names.map((name) => `${name}\n`).join('')
}

/** Throws DOCKER_MISSING, COMPOSE_NOT_INSTALLED or COMPOSE_TOO_OLD. */
function assertComposeUsable(sections: readonly Section[], host: string): void {
  if (sections.some((section) => section.name === 'no-docker')) {
    throw new DrayError('DOCKER_MISSING', `There is no \`docker\` command on ${host}.`)
  }
  const composeVersion = sectionText(sections, 'compose-version')
  if (composeVersion !== undefined) checkComposeVersion(composeVersion, host)
}

type Facts = {
  path: string
  envFacts: ReturnType<typeof readEnvFacts>
  contentHashes: ReadonlyMap<string, string> | undefined
  engine: AppPlace['engine']
}

function readDirectoryObservation(
  sections: readonly Section[],
  { path, envFacts, contentHashes, engine }: Facts,
): DirectoryObservation {
  const text = (name: string): string => sectionText(sections, name) ?? ''
  const [mode = '', ...variables] = text('env').split('\n')
  const releases = sections
    .filter((section) => section.name === 'release')
    .map((section) => readRelease(section.text, path))
    .sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)))
  return {
    envFile: {
      mode,
      variables,
      readableByOthers: Number.parseInt(mode.at(-1) ?? '0', 8) >= 4,
      ...envFacts,
    },
    listeningPorts: text('listening')
      .split('\n')
      .map((port) => Number.parseInt(port, 16))
      .filter((port) => port > 0),
    journalBytes: Number(text('journal-bytes')),
    ...readBalancer(text('balancer')),
    releases,
    usedReleaseIds: [...releases.map((release) => release.id), ...releaseIdsIn(text('journal'), path)],
    composeHashes: new Map(
      text('compose-hashes')
        .split('\n')
        .flatMap((line): [string, string][] => {
          const [service = '', hash = ''] = line.split(' ')
          return hash === '' ? [] : [[service, hash]]
        }),
    ),
    ...(engine === 'swarm' && { stack: readStackReview(text('model'), text('stage')) }),
    app: readAppModel({
      model: text('model'),
      plainModel: text('plain-model'),
      allModel: text('all-model'),
      stage: text('stage'),
      path,
      envFileHashes: readHashes(text('env-files')),
      contentHashes,
    }),
  }
}
