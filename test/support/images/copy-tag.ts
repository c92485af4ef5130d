const accept = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

/** Makes a tag of a repository point at what another one does, as CI does when it moves `latest`. */
export async function copyTag(
  registry: { baseUrl: string },
  repository: string,
  tags: { from: string; to: string },
): Promise<void> {
  const manifest = (tag: string) => `${registry.baseUrl}/v2/${repository}/manifests/${tag}`
  const found = await fetch(manifest(tags.from), { headers: { accept } })
  const body = await found.text()
  const contentType = found.headers.get('content-type') ?? ''
  const put = await fetch(manifest(tags.to), {
    method: 'PUT',
    headers: { 'content-type': contentType },
    body,
  })
  if (!put.ok) throw new Error(`${repository}:${tags.to} was not moved: ${put.status} ${await put.text()}`)
}
