import { arch, platform } from 'node:os'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { openReleaseFiles } from '../../../adapters/own/release-files.ts'
import { replaceProgram } from '../../../adapters/own/replace-program.ts'
import { readVerified, verifyRelease } from '../../../adapters/own/verify-release.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { isNewer, isVersion } from '../../../shared/version/is-newer.ts'
import { releasesUrl } from '../../../shared/version/releases-url.ts'
import { version as ownVersion } from '../../../shared/version/version.ts'
import { createCommandOutput, type CommandOutput } from '../../command/command-output.ts'
import type { InputOf } from '../../command/command.ts'
import type { CliContext } from '../../command/context.ts'
import { findOwnProgram, readEmbeddedSigners, type OwnProgram } from '../../command/own-program.ts'
import { howToUpgrade } from '../../version/how-to-upgrade.ts'
import type { upgradeCommand } from './upgrade.ts'

/** An executable of Node has about 120 MB, packed a third of that. */
const PACKED_BYTES = 200 * 1024 ** 2
const UNPACKED_BYTES = 600 * 1024 ** 2

/** Replaces this executable. Throws USAGE and the failures of `upgradeProgram`. */
export async function runUpgrade(
  { arguments: { version }, global }: InputOf<typeof upgradeCommand>,
  context: CliContext,
): Promise<ExitCode> {
  if (version !== undefined && !isVersion(version))
    throw new DrayError('USAGE', `\`${version}\` is not a version such as \`1.4.2\`.`)
  const program = findOwnProgram()
  if (program.kind !== 'executable') throw unsuited(program, version)
  const output = createCommandOutput({ options: global, values: { secrets: context.secrets } }, context)
  const signers = readEmbeddedSigners()
  if (signers === '')
    throw new DrayError('UPGRADE_UNSUITED', 'This dray was built without the key of releases.', {
      hint: 'Install a released one with `install.sh`: docs/install.md.',
    })
  const own = { path: program.path, version: ownVersion, signers }
  const outcome = await upgradeProgram({ own, wanted: version }, { context, output })
  if (global.json) output.json({ type: 'upgrade.finished', ...outcome })
  else if (outcome.changed) output.print(`dray ${outcome.to} replaces ${outcome.from}.`)
  else
    output.print(`dray ${outcome.from} is ${version === undefined ? 'the newest version' : 'here already'}.`)
  return EXIT.done
}

function unsuited(program: OwnProgram, version = 'latest'): DrayError {
  return new DrayError('UPGRADE_UNSUITED', 'This dray is not a single executable.', {
    hint: `Use \`${howToUpgrade(program, version)}\`. docs/upgrade.md has the other ways.`,
  })
}

export type UpgradeRequest = {
  /** This executable, and the text of the keys whose signature it accepts. */
  own: { path: string; version: string; signers: string }
  /** Undefined for the newest version. */
  wanted: string | undefined
}

/**
 * Brings an executable to a version. Only a named version may be older than the present one, so that an old release cannot be
 * passed off as the newest. Throws UPGRADE_FAILED and UPGRADE_UNVERIFIED.
 */
export async function upgradeProgram(
  { own, wanted }: UpgradeRequest,
  { context, output }: { context: CliContext; output: Pick<CommandOutput, 'note'> },
): Promise<{ from: string; to: string; changed: boolean }> {
  const { env, clock, signal } = context
  const open = (address: string) => openReleaseFiles(env['DRAY_DOWNLOAD_URL'] || address, { clock, signal })
  const addressOf = (version: string): string => `${releasesUrl}/download/v${version}`
  const address = wanted === undefined ? `${releasesUrl}/latest/download` : addressOf(wanted)
  const release = await verifyRelease(open(address), own.signers)
  const { version } = release
  if (wanted !== undefined && version !== wanted)
    throw new DrayError('UPGRADE_UNVERIFIED', `The release at hand is ${version}, not ${wanted}.`)
  const unchanged = { from: own.version, to: own.version, changed: false }
  if (version === own.version || (wanted === undefined && !isNewer(version, own.version))) return unchanged

  const name = `dray-${platform()}-${arch()}.gz`
  output.note(`Downloading ${name} of dray ${version}`)
  const packed = await readVerified(open(addressOf(version)), release, { name, maxBytes: PACKED_BYTES })
  const content = await promisify(gunzip)(packed, { maxOutputLength: UNPACKED_BYTES })
  signal.throwIfAborted()
  await replaceProgram(own.path, { content, version })
  return { from: own.version, to: version, changed: true }
}
