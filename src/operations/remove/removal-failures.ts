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

/** Throws REMOVAL_INCOMPLETE if something that was to go is still there; `nodes` has sentences of what is left on nodes. */
export function refuseLeft(left: readonly GoingThing[], nodes: readonly string[] = []): void {
  if (left.length === 0 && nodes.length === 0) return
  const problems = [...left.map(({ kind, name }) => `${kind} ${name}`), ...nodes]
  throw new DrayError('REMOVAL_INCOMPLETE', 'some things are still there.', {
    details: { problems },
    ...(nodes.length > 0 && {
      hint: 'Run the same command again: it removes the rest. If a node is gone for good, take it out of `nodes` in dray.yml first.',
    }),
  })
}

/** Why a removal ended early: nothing that it took is put back. */
export function removalIncomplete(error: unknown, host: string): DrayError {
  const { code, message, hint, exitCode, details } = toDrayError(error)
  return new DrayError('REMOVAL_INCOMPLETE', `The app was only partly removed from ${host}: ${message}`, {
    ...(exitCode === EXIT.cancelled ? { exitCode } : {}),
    ...(code === 'REMOVAL_INCOMPLETE' ? { hint } : {}),
    details,
    cause: error,
  })
}
