import { expect } from 'vitest'
import { CADDY_FRONT_TAG } from '../../../../src/deploy/plan/front/design-caddy.ts'
import type { TestServer } from '../../../support/net/server.ts'

/** A certificate authority like Let's Encrypt: it connects to a domain before it issues a certificate. */
export type AcmeServer = {
  /** Its ACME directory. */
  url: string
  /** Its own certificate, by which clients trust it, as PEM. */
  root: string
}

/**
 * Starts a Caddy that issues certificates, in a server's network; there the domain leads to the server. Its container is
 * called `acme`.
 */
export async function startAcmeServer(server: TestServer, domain: string, port: number): Promise<AcmeServer> {
  const at = `${server.address}:${port}`
  // Go sends no name for an address, so that Caddy needs a default.
  const caddyfile = `{
	admin off
	skip_install_trust
	http_port ${port + 1}
	https_port ${port}
	default_sni ${server.address}
}
https://${at} {
	tls internal
	acme_server
}
`
  await server.writeFile('/srv/acme/Caddyfile', caddyfile)
  await server.docker(
    ...[
      'run',
      '--detach',
      '--name',
      'acme',
      '--network',
      'host',
      '--add-host',
      `${domain}:${server.address}`,
    ],
    ...['--volume', '/srv/acme:/etc/caddy', '--volume', '/srv/acme:/data', `caddy:${CADDY_FRONT_TAG}`],
  )
  const read = () => server.run(['cat', '/srv/acme/caddy/pki/authorities/local/root.crt'])
  await expect.poll(async () => (await read()).stdout).toContain('END CERTIFICATE')
  return { url: `https://${at}/acme/local/directory`, root: (await read()).stdout }
}
