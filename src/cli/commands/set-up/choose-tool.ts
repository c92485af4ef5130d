import { access } from 'node:fs/promises'
import path from 'node:path'
import { readPackageIntegrity } from '../../../adapters/host/package-integrity.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import type { DrayTool } from '../../../scaffold/app-shape.ts'
import type { InputOf } from '../../command/command.ts'
import type { CliContext } from '../../command/context.ts'
import { findOwnProgram, type OwnProgram } from '../../command/own-program.ts'
import { version } from '../../../shared/version/version.ts'
import type { initCommand } from './init.ts'

type Options = InputOf<typeof initCommand>['options']

const toolPath = 'tools/dray.mjs'

/**
 * How the workflows run dray: as the options say, else in the way in which this dray was started. A repository that has
 * dray as a file keeps it. Throws USAGE, and INIT_NO_CHECKSUM if the checksum of the npm package cannot be found out.
 */
export async function chooseTool(
  options: Options,
  context: Pick<CliContext, 'cwd' | 'signal'>,
  own: OwnProgram = findOwnProgram(),
): Promise<DrayTool> {
  const { with: way, action } = options
  if (action !== undefined && way !== undefined && way !== 'action')
    throw new DrayError('USAGE', `--action and \`--with ${way}\` exclude each other.`)
  if (action !== undefined) return { kind: 'action', uses: readReference(action) }
  if (way === 'action')
    throw new DrayError('USAGE', '`--with action` needs the action and its commit.', {
      hint: 'Add `--action OWNER/dray@COMMIT`, with the 40 digits of the commit of a release.',
    })
  const isByNpm = way === undefined ? own.kind === 'npm' && !(await hasFile(context.cwd)) : way === 'npx'
  if (!isByNpm) return { kind: 'file', path: toolPath }
  const directory = own.kind === 'npm' ? own.directory : undefined
  return { kind: 'npm', version, integrity: await readPackageIntegrity({ version, directory }, context) }
}

function hasFile(cwd: string): Promise<boolean> {
  return access(path.join(cwd, toolPath)).then(
    () => true,
    () => false,
  )
}

function readReference(reference: string): string {
  if (/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}(?: # \S+)?$/.test(reference)) return reference
  throw new DrayError('USAGE', `The value \`${reference}\` of --action does not name a commit.`, {
    hint: 'A tag can be moved to other code. Write `OWNER/dray@COMMIT # v1.2.0` with the 40 digits of the commit.',
  })
}
