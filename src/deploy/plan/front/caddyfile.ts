import type { Route } from './front-configuration.ts'

/** A domain, and where its requests go. */
export type Site = { name: string; service: string; port: number }

/**
 * Caddy's configuration for domains over HTTPS, and for routes over HTTP. It keeps no connection to the app open, so that a
 * deploy switches traffic without a reload, which resets connections that clients open at that moment. Without HTTP/3, whose
 * connections cannot be seen to end. https://caddyserver.com/docs/caddyfile/directives/reverse_proxy
 */
export function renderCaddyfile(
  sites: readonly Site[],
  routes: readonly Route[],
  acme: { url: string; root: string | undefined } | undefined,
): string {
  const options = [
    'persist_config off',
    'servers {\n\t\tprotocols h1 h2\n\t}',
    ...(acme === undefined ? [] : [`acme_ca ${acme.url}`]),
    ...(acme?.root === undefined ? [] : [`acme_ca_root ${acme.root}`]),
  ]
  return [
    '# Written by dray at every deploy: `front` in dray.yml.',
    `{\n${options.map((line) => `\t${line}\n`).join('')}}`,
    ...sites.map(({ name, ...to }) => renderSite(name, to)),
    ...routes.map(({ listen, ...to }) => renderSite(`http://:${listen}`, to)),
    '',
  ].join('\n')
}

function renderSite(address: string, { service, port }: { service: string; port: number }): string {
  return `
${address} {
	reverse_proxy ${service}:${port} {
		flush_interval -1
		transport http {
			keepalive off
		}
	}
}`
}
