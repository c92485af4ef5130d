/** What a stack does not have, beside the keys of `stack-keys.ts`: for `dray plan`, and for `dray check`. All functions are pure. */

/** Characters of a service's name: swarmkit, manager/controlapi/common.go. */
export const LONGEST_NAME = 63
/** Letters, digits, `-` and `_`, with a letter or digit at both ends: the same. */
const SERVICE_NAME = /^[a-zA-Z0-9]+(?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?$/

/** Why a service, with the name of its project, cannot have its name in a swarm. Undefined if it can. */
export function nameObstacle(project: string, service: string): string | undefined {
  const name = `${project}_${service}`
  if (name.length > LONGEST_NAME)
    return `in a swarm it is ${name}, with ${name.length} characters, and at most ${LONGEST_NAME} are allowed; rename the service, or set a shorter \`name\` of the project`
  return SERVICE_NAME.test(name)
    ? undefined
    : 'the name of a service in a swarm has letters, digits, `-` and `_` only, and ends with a letter or digit; rename the service'
}

/** `deploy.mode`. */
export function modeObstacle(mode: string | undefined): string | undefined {
  return mode?.endsWith('-job') === true
    ? 'a job ends, and no deploy would run it again; make it a task in dray.yml (`tasks: { NAME: { service: …, run: … } }`)'
    : undefined
}

/** The address of a published port; empty for all. */
export function addressObstacle(address: string | undefined): string | undefined {
  return address === undefined || ['', '0.0.0.0', '::'].includes(address)
    ? undefined
    : `a stack publishes on every address of the node, not on ${address} alone; remove the address, and close the port in a firewall`
}

/** The published port, once Compose has resolved ranges that have as many ports of the container. */
export function portObstacle(published: string | undefined): string | undefined {
  return published === undefined || /^\d+$/.test(published)
    ? undefined
    : `a stack has no ranges such as ${published}; publish one port`
}

/** A definition under `volumes` or `networks`; empty if the file says no more than the name. */
export type StackDefinition = {
  external?: boolean | undefined
  driver?: string | undefined
  driver_opts?: Readonly<Record<string, unknown>> | null | undefined
  enable_ipv6?: boolean | undefined
}

/** A named volume that a service mounts, of which each node has its own. `constraints`: those of `deploy.placement`. */
export function volumeObstacle(
  volume: string,
  { driver = 'local', driver_opts: options, external }: StackDefinition,
  { service, constraints }: { service: string; constraints: readonly string[] },
): string | undefined {
  const isPlaced = constraints.some((it) => /^node\.(?:hostname|id|labels\.[^=!]+)\s*==/.test(it))
  const isShared = driver !== 'local' || Object.keys(options ?? {}).length > 0 || external === true
  return isPlaced || isShared
    ? undefined
    : `volume ${volume} exists on each node on its own: moved to another node, ${service} would start with an empty one. Keep it on one: \`docker node update --label-add ${volume}=true NODE\`, and \`deploy: { placement: { constraints: ["node.labels.${volume} == true"] } }\`; or use a volume driver that all nodes share`
}

/** A network of the compose file, by the key that is in the way. */
export function networkObstacles({ driver, external, enable_ipv6: ipv6 }: StackDefinition): {
  key: string
  text: string
}[] {
  if (external === true) return []
  return [
    ...(driver !== undefined && driver !== 'overlay'
      ? [
          {
            key: 'driver',
            text: `a ${driver} network does not reach other nodes; remove \`driver\`: a stack's networks are overlay networks`,
          },
        ]
      : []),
    ...(ipv6 === true ? [{ key: 'enable_ipv6', text: 'networks of a stack have IPv4 only; remove it' }] : []),
  ]
}

/** A key of a service's own settings for a network, beside `aliases`. */
export const ATTACHMENT_OBSTACLE =
  'a stack gives addresses itself; remove it, and use the name of the service'

/** A secret that a service uses, by what the file says of it. */
export function secretObstacle(
  secret: string,
  { external, file, environment }: { external?: boolean | undefined; file?: unknown; environment?: unknown },
): string | undefined {
  return external === true || file !== undefined || environment !== undefined
    ? undefined
    : `secret ${secret} is neither a file nor a variable; make it one of them (\`file\`, \`environment\`), or store it in the swarm (\`docker secret create ${secret} FILE\`) and declare it as \`${secret}: { external: true }\``
}
