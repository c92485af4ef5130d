/**
 * The server that a host of dray.yml names: `a.example.com:2222` of `ssh://deploy@a.example.com:2222`. Two with the same text are the
 * same server, with any user.
 */
export function serverName(host: string): string {
  return host
    .replace(/^ssh:\/\//i, '')
    .replace(/^.*@/, '')
    .replace(/\/$/, '')
}
