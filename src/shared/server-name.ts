/**
 * The server that a host of dray.yml names: `a.example.com:2222` of `ssh://deploy@a.example.com:2222`. Two with the same text are the
 * same server, whoever logs in.
 */
export function serverName(host: string): string {
  return host
    .replace(/^ssh:\/\//i, '')
    .replace(/^.*@/, '')
    .replace(/\/$/, '')
}
