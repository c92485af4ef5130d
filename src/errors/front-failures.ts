import { EXIT } from './exit-code.ts'

/** Failures with the front that serves a domain; part of the catalogue. */
export const frontFailures = {
  FRONT_IMPOSSIBLE: {
    title: 'dray cannot put a front with that domain in front of the app.',
    hint: 'Name services whose ports are single TCP ports other than 443 and 8443, and that speak HTTP/1.1.',
    exitCode: EXIT.usage,
  },
  DOMAIN_UNSERVED: {
    title: 'The front got no valid certificate for a domain.',
    hint: "Point the domain's DNS record at the server, let ports 80 and 443 through its firewall, and run the same command again.",
    exitCode: EXIT.failedOldServing,
  },
}
