import { localHost } from './deploy-config.ts'
import type { Problem } from './problem.ts'
import { hostsOf, rolesOf } from './hosts-of.ts'
import { isSurelySecretName } from '../shared/secrets/secret-name.ts'
import { serverName } from '../shared/server-name.ts'
import type { ConfigFile, EnvironmentBlock } from './schema.ts'

/** Checks beyond the schema: keys that exclude or require each other, and paths that must stay inside a directory. */
export function checkRules(file: ConfigFile): Problem[] {
  const environments = Object.entries(file.environments)
  return [
    ...(environments.length === 0
      ? [
          valueProblem(
            ['environments'],
            'has no environment; add one, such as `production: { host: deploy@example.com }`',
          ),
        ]
      : []),
    ...environments.flatMap(([name, block]) => [
      ...checkEnvironment(['environments', name], block),
      ...checkDomain(['environments', name], { front: file.front, ...block }),
      ...checkEngine(['environments', name], { front: file.front, hooks: file.hooks, ...block }),
    ]),
    ...checkRegistries(file),
    ...checkNotify(['notify'], file.notify),
    ...checkFront(['front'], file.front),
    ...checkBundle(file),
  ]
}

function checkEnvironment(path: string[], block: EnvironmentBlock): Problem[] {
  const hosts: readonly string[] = hostsOf(block) ?? []
  const problems: Problem[] = []
  if (block.host !== undefined && block.hosts !== undefined) {
    problems.push(keyProblem([...path, 'hosts'], 'excludes `host`; remove one of them'))
  } else if (hosts.length === 0) problems.push(keyProblem(path, 'has no host; add `host: user@name`'))

  const servers = hosts.map(serverName)
  for (const [index, host] of hosts.entries()) {
    const first = servers.indexOf(serverName(host))
    if (first === index) continue
    const text =
      hosts[first] === host ? `contains ${host} twice` : `${host} is the same server as ${hosts[first]}`
    problems.push(valueProblem([...path, 'hosts', index], text))
  }
  if (hosts.includes(localHost) && hosts.length > 1) {
    problems.push(keyProblem([...path, 'hosts'], '`local` cannot be combined with servers'))
  }
  return [
    ...problems,
    ...checkPath(path, block, hosts),
    ...checkEnv(path, block),
    ...checkNotify([...path, 'notify'], block.notify),
    ...checkFront([...path, 'front'], block.front),
  ]
}

/** A cluster is reached through one manager; Swarm decides where containers run, and in which order they are replaced. */
function checkEngine(path: string[], block: EnvironmentBlock): Problem[] {
  const refuse = (key: string, message: string): Problem => keyProblem([...path, key], message)
  if (block.engine !== 'swarm')
    return block.nodes === undefined
      ? []
      : [refuse('nodes', 'is for `engine: swarm`; several servers with Compose are `hosts`')]
  return [
    ...checkNodes(path, block),
    (hostsOf(block) ?? []).length > 1 &&
      refuse('hosts', 'has several servers; with `engine: swarm`, name one manager of the cluster: `host`'),
    Object.keys(rolesOf(block)).length > 0 &&
      refuse('hosts', 'has `services`; with `engine: swarm`, write `deploy.placement` in the compose file'),
    block.rolling !== undefined &&
      refuse(
        'rolling',
        'is for several `hosts`; with `engine: swarm`, write `deploy.update_config.parallelism` in the compose file',
      ),
    block.front !== undefined &&
      block.front !== false &&
      refuse('engine', 'excludes `front`: Swarm publishes the ports; set `front: false` here'),
    (block.hooks?.leave !== undefined || block.hooks?.join !== undefined) &&
      refuse(
        'engine',
        'excludes the hooks `leave` and `join`: they are for several `hosts`, and Swarm replaces the containers; set `hooks` without them here',
      ),
  ].filter((it) => it !== false)
}

/** Each node once, and never the manager that `host` names. */
function checkNodes(path: string[], block: EnvironmentBlock): Problem[] {
  const nodes = block.nodes ?? []
  const managers = (hostsOf(block) ?? []).map(serverName)
  const servers = nodes.map(serverName)
  return nodes.flatMap((node, index) => {
    const text =
      node === localHost
        ? 'must be a server, and `local` is this machine; name it as `host`'
        : managers.includes(serverName(node))
          ? `contains ${node}, which is the host already`
          : servers.indexOf(serverName(node)) < index
            ? `contains ${node} twice`
            : undefined
    return text === undefined ? [] : [valueProblem([...path, 'nodes', index], text)]
  })
}

function checkPath(path: string[], block: EnvironmentBlock, hosts: readonly string[]): Problem[] {
  const directory = block.path
  if (directory === undefined || (hosts.length === 1 && hosts[0] === localHost)) return []
  if (!directory.startsWith('/')) {
    return [valueProblem([...path, 'path'], `must be absolute, as in /srv/app, found \`${directory}\``)]
  }
  const parts = directory.split('/').filter((part) => part !== '' && part !== '.')
  return parts.length === 0 || parts.includes('..')
    ? [
        valueProblem(
          [...path, 'path'],
          `must be a separate directory for the app, as in /srv/app, found \`${directory}\``,
        ),
      ]
    : []
}

function checkEnv(path: string[], block: EnvironmentBlock): Problem[] {
  return Object.keys(block.env ?? {})
    .filter(isSurelySecretName)
    .map((name) =>
      keyProblem(
        [...path, 'env', name],
        'looks like a secret, which does not belong in dray.yml; put it in `.env` on the server',
      ),
    )
}

function checkNotify(path: string[], targets: ConfigFile['notify'] = []): Problem[] {
  return targets.flatMap(({ slack, webhook }, index) => {
    if (slack === undefined && webhook === undefined) {
      return [keyProblem([...path, index], 'has no receiver; add `slack: $SLACK_WEBHOOK_URL`')]
    }
    if (slack !== undefined && webhook !== undefined) {
      return [keyProblem([...path, index, 'webhook'], 'excludes `slack`; make it a separate entry')]
    }
    return []
  })
}

/** The authority may ask any of the servers for the proof that another one has. */
function checkDomain(path: string[], block: EnvironmentBlock): Problem[] {
  const { front } = block
  if (typeof front !== 'object' || front.domain === undefined || (hostsOf(block) ?? []).length < 2) return []
  return [keyProblem([...path, 'hosts'], 'has several servers, and `front.domain` can lead to one only')]
}

function checkFront(path: string[], front: ConfigFile['front']): Problem[] {
  if (typeof front !== 'object') return []
  if (front.domain === undefined) {
    return [
      ...(front.acme === undefined ? [] : [keyProblem([...path, 'acme'], 'needs `domain`')]),
      ...(front.services === undefined && front.acme === undefined
        ? [keyProblem(path, 'has neither `services` nor `domain`; write `true` for every own service')]
        : []),
    ]
  }
  const { root } = front.acme ?? {}
  return root === undefined || (!root.startsWith('/') && !root.split('/').includes('..'))
    ? []
    : [valueProblem([...path, 'acme', 'root'], `must be beside or below the compose file, found \`${root}\``)]
}

function checkRegistries(file: ConfigFile): Problem[] {
  return Object.entries(file.registries ?? {}).flatMap(([host, { username, password }]) => {
    if (password !== undefined && username === undefined) {
      return [keyProblem(['registries', host], 'has a `password` but no `username`')]
    }
    if (username !== undefined && password === undefined) {
      return [keyProblem(['registries', host], 'has a `username` but no `password`')]
    }
    return []
  })
}

function checkBundle(file: ConfigFile): Problem[] {
  return (['include', 'exclude'] as const).flatMap((key) =>
    (file.bundle?.[key] ?? []).flatMap((pattern, index): Problem[] => {
      const path = ['bundle', key, index]
      if (pattern.startsWith('/') || pattern.split('/').includes('..')) {
        return [valueProblem(path, `must be beside or below the compose file, found \`${pattern}\``)]
      }
      const name = pattern.replace(/^\.\//, '')
      return key === 'include' && name === '.env'
        ? [valueProblem(path, '`.env` belongs to the server and is never shipped')]
        : []
    }),
  )
}

function keyProblem(path: Problem['path'], message: string): Problem {
  return { path, at: 'key', message }
}

function valueProblem(path: Problem['path'], message: string): Problem {
  return { path, at: 'value', message }
}
