/** Names that GitHub has for a repository; a place that it did not tell of is undefined. */
export type GithubNames = Readonly<Record<'secret' | 'variable', GithubPlaces>>
export type GithubPlaces = {
  repository: ReadonlySet<string> | undefined
  /** What the organization shares with the repository. */
  organization: ReadonlySet<string> | undefined
  environments: ReadonlyMap<string, ReadonlySet<string> | undefined>
}
