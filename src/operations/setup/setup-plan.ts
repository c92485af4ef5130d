type ActionBase = {
  /** Why, in the words of a person who asks. */
  cause: string
}

/** One thing that is done on a server to make it ready. */
export type SetupAction = ActionBase &
  (
    | { kind: 'write-daemon-config'; text: string; isNew: boolean }
    /** Docker's own apt repository, with its key. */
    | { kind: 'add-repository'; distribution: string; codename: string }
    | { kind: 'install-packages'; packages: readonly string[] }
    | { kind: 'start-docker' }
    | { kind: 'restart-docker' }
    | { kind: 'join-docker-group'; user: string }
    /** Made, or given to the user where it is empty. */
    | { kind: 'make-directory'; path: string; user: string; group: string }
    | { kind: 'write-env-file'; path: string; text: string; keysToFill: readonly string[] }
  )

export type SetupPlan = {
  host: string
  actions: readonly SetupAction[]
  /** What a person has to do, or decide; a sentence each, commands in backquotes. */
  remaining: readonly string[]
}
