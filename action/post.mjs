/** Removes the temporary files of a killed dray after the job. A runner runs one job at a time. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const temporary = process.env['RUNNER_TEMP']
if (temporary !== undefined) {
  const ours = readdirSync(temporary).filter((name) => /^dray-[a-z]+-/.test(name))
  for (const name of ours) rmSync(join(temporary, name), { recursive: true, force: true })
}
