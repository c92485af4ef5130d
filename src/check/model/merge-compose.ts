import type { YamlEntry, YamlNode } from '../parse/yaml-tree.ts'

/**
 * A part of a compose file with what a later file says about it: maps are merged, lists are joined, `!reset` removes a part and
 * `!override` replaces it. `path` are the keys that lead to it. Undefined for a part that is removed.
 * https://docs.docker.com/reference/compose-file/merge/
 */
export function mergeNodes(
  base: YamlNode | undefined,
  later: YamlNode,
  path: readonly string[] = [],
): YamlNode | undefined {
  if (later.tag === '!reset') return undefined
  const before = later.tag === '!override' ? undefined : base
  // Deeper keys than `networks.front.aliases` are of no interest, and aliases of aliases must not multiply.
  if (later.kind === 'map' && path.length < 4) {
    const entries = new Map<string, YamlEntry>(before?.kind === 'map' ? before.entries : [])
    for (const [name, { key, value }] of later.entries) {
      const merged = mergeNodes(entries.get(name)?.value, value, [...path, name])
      if (merged === undefined) entries.delete(name)
      else entries.set(name, { key, value: merged })
    }
    return { ...later, entries }
  }
  const isJoined = !['command', 'entrypoint', 'test'].includes(path.at(-1) ?? '')
  return later.kind === 'list' && before?.kind === 'list' && isJoined
    ? { ...later, items: [...before.items, ...later.items] }
    : later
}
