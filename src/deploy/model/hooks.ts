export type HookMoment = 'before' | 'after' | 'failure'

/** A command that runs on the same machine as dray. */
export type Hook = { argv: readonly string[]; timeoutMs: number }

export type Hooks = Readonly<Partial<Record<HookMoment, Hook>>>
