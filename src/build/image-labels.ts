export type SourceObservation = {
  env: Readonly<Record<string, string | undefined>>
  /** The remote `origin`. */
  remote: { host: string; owner: string; repository: string } | undefined
  headSha: string | undefined
  isDirty: boolean
  tag: string | undefined
}

/**
 * Labels of the OCI image specification with the origin of an image. GHCR links a package to the repository in `source`,
 * whose workflows can then read and write it.
 */
export function imageLabels({
  env,
  remote,
  headSha,
  isDirty,
  tag,
}: SourceObservation): Record<string, string> {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = env
  const source =
    server && repository
      ? `${server}/${repository}`
      : remote && `https://${remote.host}/${remote.owner}/${remote.repository}`
  const revision = headSha ?? env['GITHUB_SHA']
  return {
    ...(source && { 'org.opencontainers.image.source': source }),
    ...(revision && { 'org.opencontainers.image.revision': isDirty ? `${revision}-dirty` : revision }),
    ...(tag && { 'org.opencontainers.image.version': tag }),
  }
}
