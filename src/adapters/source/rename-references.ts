import { posix } from 'node:path'
import { isMap, isScalar, isSeq, parseAllDocuments, type Node, type Scalar } from 'yaml'

/**
 * The text of the compose file `path` with the new names of files that it includes or extends; `names` has them by the old
 * ones, from the directory of the app. All else stays as it is written.
 */
export function renameReferences(text: string, path: string, names: ReadonlyMap<string, string>): string {
  const scalars = [parseAllDocuments(text, { logLevel: 'silent' })]
    .flat()
    .flatMap(({ contents }) => referencesIn(contents))
  return scalars
    .sort((a, b) => startOf(b) - startOf(a))
    .reduce((changed, scalar) => {
      const name = names.get(posix.join(posix.dirname(path), String(scalar.value)))
      if (name === undefined) return changed
      const fromFile = posix.relative(posix.dirname(path), name)
      return changed.slice(0, startOf(scalar)) + JSON.stringify(fromFile) + changed.slice(scalar.range?.[1])
    }, text)
}

/** The paths under `include`, and under `extends` of each service. */
function referencesIn(root: unknown): Scalar[] {
  const services = childOf(root, 'services')
  return [
    ...itemsOf(childOf(root, 'include')).flatMap((item) =>
      itemsOf(isMap(item) ? childOf(item, 'path') : item),
    ),
    ...(isMap(services) ? services.items.map(({ value }) => childOf(childOf(value, 'extends'), 'file')) : []),
  ].filter((node) => isScalar(node))
}

function childOf(node: unknown, key: string): unknown {
  return isMap(node) ? node.get(key, true) : undefined
}

/** The items of a list, or the one node in place of it. */
function itemsOf(node: unknown): unknown[] {
  return isSeq(node) ? node.items : [node]
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0
}
