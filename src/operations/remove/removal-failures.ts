import { toDrayError } from '../../deploy/execute/failure.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { EXIT } from '../../errors/exit-code.ts'
import type { GoingThing, RemovalPlan } from './removal-plan.ts'

/** Throws PATH_NOT_WRITABLE if a file cannot be removed. */
export function refuseUnwritable({ host, path, going }: RemovalPlan, unwritable: readonly string[]): void {
  const needed = new Set(
    going.flatMap(({ kind, name }) => (kind === 'file' ? [`./${name.replace(/[^/]*$/, '')}`] : [])),
  )
  const found = unwritable.filter((it) => needed.has(it) || it.startsWith('./.dray/'))
  if (found.length === 0) return
  throw new DrayError(
    'PATH_NOT_WRITABLE',
    `${path} on ${host} has directories that dray's user cannot write.`,
    {
      details: { problems: found },
    },
  )
}

/** Throws REMOVAL_INCOMPLETE if something that was to go is still there. */
export function refuseLeft(left: readonly GoingThing[]): void {
  if (left.length === 0) return
  const problems = left.map(({ kind, name }) => `${kind} ${name}`)
  throw new DrayError('REMOVAL_INCOMPLETE', 'some things are still there.', { details: { problems } })
}

/** Why a removal ended early: nothing that it took is put back. */
export function removalIncomplete(error: unknown, host: string): DrayError {
  const { message, exitCode, details } = toDrayError(error)
  return new DrayError('REMOVAL_INCOMPLETE', `The app was only partly removed from ${host}: ${message}`, {
    ...(exitCode === EXIT.cancelled ? { exitCode } : {}),
    details,
    cause: error,
  })
}
