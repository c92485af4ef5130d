/** Takes back what the set-up changed on the machine, outside the clone. */
import { rmSync } from 'node:fs'
import { run, say } from './commands.mjs'
import { stopOwnDockerd } from './dockerd.mjs'
import { readChanges, recordDirectory } from './record.mjs'

/** Stops our engine, removes the packages it installed and the paths it made, with the images and volumes in them. */
export async function undoSetup() {
  const { packages, paths } = readChanges()
  if (packages.length === 0 && paths.length === 0) return say('The set-up has changed nothing here.')
  await stopOwnDockerd()
  if (packages.length > 0) run('apt-get', ['-qq', 'remove', '-y', ...packages])
  for (const path of paths) rmSync(path, { recursive: true, force: true })
  rmSync(recordDirectory, { recursive: true, force: true })
  say(`Removed ${[...packages, ...paths].join(', ')}.`)
}
