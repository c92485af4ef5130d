import * as obstacles from '../../shared/stack-obstacles.ts'
import { REFUSED_KEYS } from '../../shared/stack-keys.ts'
import { childOf, entriesOf, plainValue, scalarsOf, scalarText, type YamlEntry } from '../parse/yaml-tree.ts'
import type { Found } from '../rule.ts'
import type { Span } from '../source-file.ts'
import { mountsOf, publishedPorts, settingOf, type ComposeApp, type Service } from './compose.ts'

/** What a service says that a stack does not have, beside keys that it does not know: what `dray plan` refuses, as far as the files show it. */
export function* settingsInTheWay(service: Service): Iterable<Found> {
  const { name, app } = service
  const say = (at: Span, key: string, text: string | undefined): Found[] =>
    text === undefined
      ? []
      : [{ at, message: `\`${key}\` of \`${name}\` does not work in a stack: ${text}.` }]
  const constraints = scalarsOf(settingOf(service, 'deploy', 'placement', 'constraints'))
  const placed = { service: name, constraints: constraints.map(({ text }) => text) }
  for (const { at, source = '' } of mountsOf(service)) {
    if (!/^[a-zA-Z0-9][\w.-]*$/.test(source)) continue
    const definition = definitionOf(definitionsOf(app, 'volumes').get(source))
    yield* say(at, 'volumes', obstacles.volumeObstacle(source, definition, placed))
  }
  for (const { at, address, published, target } of publishedPorts(service)) {
    const bare = address.replace(/^\[(.*)\]$/, '$1')
    // The address of a variable is not known, and of two equal ranges, Compose makes single ports.
    if (!bare.includes('…')) yield* say(at, 'ports', obstacles.addressObstacle(bare))
    if (/^\d+-\d+$/.test(published) && /^\d+$/.test(target))
      yield* say(at, 'ports', obstacles.portObstacle(published))
  }
  const mode = settingOf(service, 'deploy', 'mode')
  if (mode !== undefined) yield* say(mode, 'deploy.mode', obstacles.modeObstacle(scalarText(mode)))
  const devices = settingOf(service, 'deploy', 'resources', 'reservations', 'devices')
  if (devices !== undefined)
    yield* say(devices, 'deploy.resources.reservations.devices', REFUSED_KEYS['gpus'])
  for (const [network, { value }] of entriesOf(settingOf(service, 'networks'))) {
    for (const [key, { key: at }] of entriesOf(value))
      if (key !== 'aliases') yield* say(at, `networks.${network}.${key}`, obstacles.ATTACHMENT_OBSTACLE)
  }
  const secrets = settingOf(service, 'secrets')
  for (const item of secrets?.kind === 'list' ? secrets.items : []) {
    const source = item.kind === 'map' ? scalarText(childOf(item, 'source')) : scalarText(item)
    const definition = definitionsOf(app, 'secrets').get(source ?? '')
    if (source !== undefined && definition !== undefined)
      yield* say(item, 'secrets', obstacles.secretObstacle(source, definitionOf(definition)))
  }
  // With the shortest name that a project can have: the real one is that of a directory of the server, or of dray.yml.
  const text = obstacles.nameObstacle('a', name)
  if (text !== undefined) yield { at: service.key, message: `\`${name}\` does not work in a stack: ${text}.` }
}

/** Networks of the app that a stack does not have. */
export function* networksInTheWay(app: ComposeApp): Iterable<Found> {
  for (const [name, entry] of definitionsOf(app, 'networks'))
    for (const { key, text } of obstacles.networkObstacles(definitionOf(entry)))
      yield { at: entry.key, message: `\`networks.${name}.${key}\` does not work in a stack: ${text}.` }
}

/** Those of all files by name; a later file's counts. */
function definitionsOf(
  { files }: ComposeApp,
  kind: 'volumes' | 'networks' | 'secrets',
): ReadonlyMap<string, YamlEntry> {
  const all = files.flatMap((file) => [...(file.included ?? []), file])
  return new Map(all.flatMap(({ root }) => entriesOf(childOf(root, kind))))
}

type Definition = obstacles.StackDefinition & { file?: unknown; environment?: unknown }

function definitionOf(entry: YamlEntry | undefined): Definition {
  const text = (key: string): string | undefined => scalarText(childOf(entry?.value, key))
  const isTrue = (key: string): boolean => text(key) === 'true'
  const options = plainValue(childOf(entry?.value, 'driver_opts'))
  const driver = text('driver')
  return {
    external: isTrue('external'),
    enable_ipv6: isTrue('enable_ipv6'),
    ...(driver !== undefined && { driver }),
    ...(typeof options === 'object' && options !== null && { driver_opts: { ...options } }),
    file: text('file'),
    environment: text('environment'),
  }
}
