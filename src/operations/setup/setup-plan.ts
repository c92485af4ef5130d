type ActionBase = {
  /** Why the action is needed. */
  cause: string
}

/** One action that prepares a server. */
export type SetupAction = ActionBase &
  (
    | { kind: 'write-daemon-config'; text: string; isNew: boolean }
    /** Docker's own apt repository, with its key. */
    | { kind: 'add-repository'; distribution: string; codename: string }
    | { kind: 'install-packages'; packages: readonly string[] }
    | { kind: 'start-docker' }
    | { kind: 'restart-docker' }
    | { kind: 'join-docker-group'; user: string }
    /** Created, or if empty given to the user. */
    | { kind: 'make-directory'; path: string; user: string; group: string }
    | { kind: 'write-env-file'; path: string; text: string; keysToFill: readonly string[] }
  )

export type SetupPlan = {
  host: string
  actions: readonly SetupAction[]
  /** What the user must still do or decide, one sentence each, with commands in backquotes. */
  remaining: readonly string[]
}
