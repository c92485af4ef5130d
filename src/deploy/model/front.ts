import type { ForwardedPort } from './port-forwarder.ts'

/** The service that dray adds with `front` in dray.yml: a proxy that publishes the ports of others. */
export const frontName = 'dray-front'

/** The directory of its configuration, next to the compose file. */
export const frontDirectory = 'dray-front'

/** `front` in dray.yml. */
export type FrontSettings = {
  /** The services that it stands in front of; undefined for every own one. */
  services: readonly string[] | undefined
  /** Domains that it serves over HTTPS. */
  domains: readonly FrontDomain[]
  /** The certificate authority, by its ACME directory; undefined for that of Caddy. `root`: a file next to the compose file. */
  acme?: { url: string; root?: string | undefined }
}

/** A domain, and the service and port behind it, as far as dray.yml names them. */
export type FrontDomain = { name: string; service?: string; port?: number }

/** What `front` adds to an app. */
export type Front = {
  /** The services whose ports it publishes instead of them; nothing is added if the list is empty. */
  services: readonly string[]
  /** The ports that it publishes, and the service behind each. */
  routes: readonly (ForwardedPort & { service: string })[]
  /** Its definition, as in a compose file, without its image's digest. */
  definition: Readonly<Record<string, unknown>>
  /** Named volumes of the definition. */
  volumes: readonly string[]
  /** The file in its directory that has its configuration, and the text. */
  configurationFile: string
  configuration: string
  /** Domains that it serves over HTTPS. `anyIssuer`: dray does not check by whom their certificates were issued. */
  domains: readonly { name: string; anyIssuer: boolean }[]
  /** Services that keep their ports, and why, as the end of a sentence. */
  left: readonly { service: string; why: string }[]
}
