import type { TestRegistry } from '../../../support/net/registry.ts'

/** Puts the image for the only platform of a tag in the place of its index, as a push of another build would. */
export async function moveTag({ pushHost }: TestRegistry, repository: string, tag: string): Promise<void> {
  const manifests = `http://${pushHost}/v2/${repository}/manifests`
  const index = await fetch(`${manifests}/${tag}`, {
    headers: { accept: 'application/vnd.oci.image.index.v1+json' },
  })
  const {
    manifests: [first],
  } = (await index.json()) as { manifests: { digest: string; mediaType: string }[] }
  const headers = { accept: first?.mediaType ?? '', 'content-type': first?.mediaType ?? '' }
  const body = await (await fetch(`${manifests}/${first?.digest ?? ''}`, { headers })).text()
  const put = await fetch(`${manifests}/${tag}`, { method: 'PUT', headers, body })
  if (!put.ok) throw new Error(`${repository}:${tag} was not moved: ${put.status}`)
}
