/** Names that GitHub has for a repository; undefined if GitHub did not return them. */
export type GithubNames = Readonly<Record<'secret' | 'variable', GithubPlaces>>
export type GithubPlaces = {
  repository: ReadonlySet<string> | undefined
  /** Shared with the repository by its organization. */
  organization: ReadonlySet<string> | undefined
  environments: ReadonlyMap<string, ReadonlySet<string> | undefined>
}
