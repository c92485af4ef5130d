import type { DirectoryObservation } from './ports.ts'
export type HookMoment = 'before' | 'after' | 'failure'

/** A command that runs on the same machine as dray. */
export type Hook = { argv: readonly string[]; timeoutMs: number }

/** Take one host out of a load balancer before its traffic switches, and put it back. */
export type HostHookMoment = 'leave' | 'join'

export type HostHooks = Readonly<Partial<Record<HostHookMoment, Hook>>>

/** Runs a hook for one host on the machine that runs dray. `exitCode` is undefined if it exceeded its timeout. Throws the signal's reason. */
export type RunHostHook = (
  hook: Hook & { moment: HostHookMoment },
  options: { host: string; release: string; onLine: (line: string) => void; signal: AbortSignal },
) => Promise<{ exitCode: number | undefined }>

export type Hooks = Readonly<Partial<Record<HookMoment, Hook>>>

/** Whether an earlier deploy took the host out of the load balancer, and its hook `join` has not succeeded since. */
export function isOut(
  { directory }: { directory: Pick<DirectoryObservation, 'isOut'> },
  { hostHooks }: { hostHooks?: HostHooks },
): boolean {
  return directory.isOut === true && hostHooks?.join !== undefined
}
