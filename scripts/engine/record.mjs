/** What the set-up changed outside the clone, so that it can be undone. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const recordFile = '/var/lib/dray-setup/changes.json'

/** @typedef {{ packages: string[], paths: string[] }} Changes installed packages, and paths that we made */

/** @returns {Changes} */
export function readChanges() {
  try {
    return JSON.parse(readFileSync(recordFile, 'utf8'))
  } catch {
    return { packages: [], paths: [] }
  }
}

/** @param {Partial<Changes>} more */
export function recordChanges(more) {
  const known = readChanges()
  const changes = {
    packages: [...new Set([...known.packages, ...(more.packages ?? [])])],
    paths: [...new Set([...known.paths, ...(more.paths ?? [])])],
  }
  mkdirSync(dirname(recordFile), { recursive: true })
  writeFileSync(recordFile, `${JSON.stringify(changes, undefined, 2)}\n`)
}

/** The directory of the record itself, removed last. */
export const recordDirectory = dirname(recordFile)
