import { fetchNewestVersion } from '../../adapters/own/newest-version.ts'
import { readVersionCache, versionCachePath, writeVersionCache } from '../../adapters/own/version-cache.ts'
import { EXIT, type ExitCode } from '../../errors/exit-code.ts'
import { isNewer } from '../../shared/version/is-newer.ts'
import { version } from '../../shared/version/version.ts'
import { createCommandOutput } from '../command/command-output.ts'
import type { CliContext } from '../command/context.ts'
import type { GlobalOptions } from '../command/global-options.ts'
import { findOwnProgram } from '../command/own-program.ts'
import { howToUpgrade } from './how-to-upgrade.ts'

/** The exit code of `dray --version --check` if a newer version exists. */
const NEWER_EXISTS = EXIT.failedOldServing

/**
 * Asks GitHub for the newest version and compares it with this one. Exit code 0 if this is the newest, 1 if a newer one exists.
 * Throws NEWEST_UNKNOWN.
 */
export async function checkVersion(options: GlobalOptions, context: CliContext): Promise<ExitCode> {
  const { env, clock, signal } = context
  const newest = await fetchNewestVersion({ env, clock, signal })
  const path = versionCachePath(env)
  if (path !== undefined)
    writeVersionCache(path, { ...readVersionCache(path), askedAtMs: clock.now(), newest })

  const isNewest = !isNewer(newest, version)
  const command = isNewest ? undefined : howToUpgrade(findOwnProgram(), newest)
  const output = createCommandOutput({ options, values: { secrets: context.secrets } }, context)
  if (options.json) output.json({ type: 'version.checked', current: version, newest, isNewest, command })
  else if (command === undefined) output.print(`${version} is the newest version.`)
  else output.print(`${version}; ${newest} is available: ${command}`)
  return isNewest ? EXIT.done : NEWER_EXISTS
}
