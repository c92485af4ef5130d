/** What is worth a warning about the directory of the app's files on the machine that runs dray. */
export type SourceReview = {
  /** Files next to the compose file that git neither tracks nor ignores. */
  untracked: readonly string[]
  /** Names in `.env.example`. */
  expectedVariables: readonly string[]
}
