export type Digest = `sha256:${string}`

/** Where an image is, as the OCI distribution specification names it. */
export type ImageReference = {
  /** Registry host with port: `ghcr.io`, `docker.io`, `localhost:5000`. */
  registry: string
  /** Repository within the registry: `acme/shop-backend`, `library/nginx`. */
  repository: string
  tag?: string
  digest?: Digest
}
