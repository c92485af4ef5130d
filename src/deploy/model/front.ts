import type { ForwardedPort } from './port-forwarder.ts'

/** The service that dray adds with `front` in dray.yml: an nginx that publishes the ports of others. */
export const frontName = 'dray-front'

/** The directory of its configuration, next to the compose file. */
export const frontDirectory = 'dray-front'

/** What `front` adds to an app. */
export type Front = {
  /** The services whose ports it publishes instead of them; nothing is added if the list is empty. */
  services: readonly string[]
  /** The ports that it publishes, and the service behind each. */
  routes: readonly (ForwardedPort & { service: string })[]
  /** Its definition, as in a compose file, without its image's digest. */
  definition: Readonly<Record<string, unknown>>
  /** Its nginx configuration. */
  configuration: string
  /** Services that keep their ports, and why, as the end of a sentence. */
  left: readonly { service: string; why: string }[]
}
