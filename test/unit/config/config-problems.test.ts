import { expect, test } from 'vitest'
import { failureOf, load, problemsOf } from '../../support/make-project.ts'

const within = (lines: string): string => `environments:\n  test:\n    host: deploy@a\n${lines}`

test.each<[string, string, string]>([
  ['a wrong indentation', 'a: b: c\n', 'dray.yml:1:4 Nested mappings are not allowed in compact mappings'],
  ['a key that stands twice', 'app: a\napp: b\n', 'dray.yml:2:1 Map keys must be unique'],
  ['an anchor that is not there', 'app: *x\n', 'dray.yml:1:6 `*x` has no anchor: no `&x` comes before it'],
])('%s is a syntax error with its place', async (_, text, problem) => {
  expect(await problemsOf(text)).toEqual([problem])
  expect((await failureOf(load(text))).code).toBe('CONFIG_SYNTAX')
})

test.each<[string, string, string]>([
  ['an empty file', '', 'dray.yml:1:1 environments: is missing'],
  ['a list', '- a\n', 'dray.yml:1:1 expected keys such as `environments:`'],
  [
    'no environment',
    'environments: {}\n',
    'dray.yml:1:15 environments: has no environment; add one, such as `production: { host: deploy@example.com }`',
  ],
  [
    'an environment without anything',
    'environments:\n  test:\n',
    'dray.yml:2:3 environments.test: expected a mapping, found nothing',
  ],
  [
    'an environment without a host',
    'environments:\n  test: { path: /srv/a }\n',
    'dray.yml:2:3 environments.test: has no host; add `host: user@name`',
  ],
  [
    'a swarm by several managers',
    'environments:\n  test:\n    engine: swarm\n    hosts: [deploy@a, deploy@b]\n',
    'dray.yml:4:5 environments.test.hosts: has several servers; with `engine: swarm`, name one manager of the cluster: `host`',
  ],
  [
    'a swarm with services for a host',
    'environments:\n  test:\n    engine: swarm\n    hosts: [{ host: deploy@a, services: [web] }]\n',
    'dray.yml:4:5 environments.test.hosts: has `services`; with `engine: swarm`, write `deploy.placement` in the compose file',
  ],
  [
    'a swarm with a share of its hosts',
    within('    engine: swarm\n    rolling: 25%\n'),
    'dray.yml:5:5 environments.test.rolling: is for several `hosts`; with `engine: swarm`, write `deploy.update_config.parallelism` in the compose file',
  ],
  [
    'a swarm with a front',
    within('    engine: swarm\nfront: true\n'),
    'dray.yml:4:5 environments.test.engine: excludes `front`: Swarm publishes the ports; set `front: false` here',
  ],
  [
    'nodes with Compose',
    within('    nodes: [deploy@b]\n'),
    'dray.yml:4:5 environments.test.nodes: is for `engine: swarm`; several servers with Compose are `hosts`',
  ],
  [
    'a node that is the host',
    within('    engine: swarm\n    nodes: [root@a]\n'),
    'dray.yml:5:13 environments.test.nodes[0]: contains root@a, which is the host already',
  ],
  [
    'a node that is named twice',
    within('    engine: swarm\n    nodes: [deploy@b, root@b]\n'),
    'dray.yml:5:23 environments.test.nodes[1]: contains root@b twice',
  ],
  [
    'this machine as a node',
    within('    engine: swarm\n    nodes: [local]\n'),
    'dray.yml:5:13 environments.test.nodes[0]: must be a server, and `local` is this machine; name it as `host`',
  ],
  [
    'a swarm with hooks around each host',
    within('    engine: swarm\nhooks: { leave: ./leave.sh }\n'),
    'dray.yml:4:5 environments.test.engine: excludes the hooks `leave` and `join`: they are for several `hosts`, and Swarm replaces the containers; set `hooks` without them here',
  ],
  [
    'a key nobody knows',
    within('volumes: {}\n'),
    'dray.yml:4:1 volumes: unknown key; known keys: app, registry, environments, tasks, hooks, notify, proxy, front, probe, keep, disk, services, registries, bundle',
  ],
  [
    'a key with a slip',
    within('    pahth: /srv/a\n'),
    'dray.yml:4:5 environments.test.pahth: unknown key; did you mean `path`?',
  ],
  [
    'a name with a blank',
    'environments:\n  my test: { host: a }\n',
    'dray.yml:2:3 environments.my test: expected a name of letters, digits, `.`, `_` and `-`',
  ],
  [
    'a version that YAML reads as a number',
    within('    tag: 1.10\n'),
    'dray.yml:4:10 environments.test.tag: YAML reads this as the number 1.1; put it in quotes',
  ],
  [
    'a truth value in env',
    within('    env: { DEBUG: true }\n'),
    'dray.yml:4:19 environments.test.env.DEBUG: YAML reads this as the truth value true; put it in quotes',
  ],
  [
    'a duration without a unit',
    within('services: { api: { drain: 30 } }\n'),
    'dray.yml:4:27 services.api.drain: expected a duration with its unit, such as 30s or 1m30s, found 30',
  ],
  [
    'a duration that is none',
    within('probe: { url: http://a/, every: fast }\n'),
    'dray.yml:4:33 probe.every: expected a duration with its unit, such as 30s or 1m30s, found `fast`',
  ],
  [
    'a probe that is neither',
    within('probe: true\n'),
    'dray.yml:4:8 probe: expected `url:` or `false`, found true',
  ],
  [
    'a domain that is none',
    within('front: { domain: app }\n'),
    'dray.yml:4:18 front.domain: expected a domain in lower case, such as app.example.com, found `app`',
  ],
  [
    'a port of a domain that is none',
    within('front: { domain: { app.example.com: "web:http" } }\n'),
    'dray.yml:4:37 front.domain.app.example.com: expected a service, or a service and its port: web:3000, found `web:http`',
  ],
  [
    'a front in front of nothing',
    within('front: {}\n'),
    'dray.yml:4:1 front: has neither `services` nor `domain`; write `true` for every own service',
  ],
  [
    'an authority without a domain',
    within('front: { services: [a], acme: { url: https://ca.test/ } }\n'),
    'dray.yml:4:25 front.acme: needs `domain`',
  ],
  [
    'a domain of several servers',
    'environments:\n  test:\n    hosts: [a, b]\nfront: { domain: a.example.com }\n',
    'dray.yml:3:5 environments.test.hosts: has several servers, and `front.domain` can lead to one only',
  ],
  [
    'a certificate above the compose file',
    within('front: { domain: a.example.com, acme: { url: https://ca.test/, root: ../ca.pem } }\n'),
    'dray.yml:4:70 front.acme.root: must be beside or below the compose file, found `../ca.pem`',
  ],
  ['a probe without its URL', within('probe: { every: 1s }\n'), 'dray.yml:4:1 probe.url: is missing'],
  [
    'an unknown key of a probe',
    within('probe: { url: http://a/, evry: 1s }\n'),
    'dray.yml:4:26 probe.evry: unknown key; did you mean `every`?',
  ],
  [
    'a probe of another scheme',
    within('probe: { url: tcp://a }\n'),
    'dray.yml:4:15 probe.url: expected a URL that starts with http:// or https://, found `tcp://a`',
  ],
  ['half a release to keep', within('keep: 0.5\n'), 'dray.yml:4:7 keep: expected a whole number, found 0.5'],
  ['no release to keep', within('keep: 0\n'), 'dray.yml:4:7 keep: expected 1 or more, found 0'],
  [
    'a task without a time',
    within('tasks:\n  migrate: { service: a, run: b }\n'),
    'dray.yml:5:3 tasks.migrate.when: is missing',
  ],
  [
    'a task at a wrong time',
    within('tasks:\n  migrate: { service: a, run: b, when: befor }\n'),
    'dray.yml:5:40 tasks.migrate.when: expected before, after or manual, found `befor`',
  ],
  [
    'a number among the words of a command',
    within('tasks:\n  m: { service: a, run: [sleep, 1], when: after }\n'),
    'dray.yml:5:33 tasks.m.run[1]: YAML reads this as the number 1; put it in quotes',
  ],
  [
    'an unknown rollout',
    within('services: { api: { rollout: blue } }\n'),
    'dray.yml:4:29 services.api.rollout: expected roll or recreate, found `blue`',
  ],
  [
    'capitals in the name of the app',
    within('app: Shop\n'),
    'dray.yml:4:6 app: expected a name of lower-case letters, digits, `-` and `_`, found `Shop`',
  ],
  [
    'a registry without owner',
    within('registry: ghcr.io\n'),
    'dray.yml:4:11 registry: expected a registry and its owner, such as ghcr.io/acme, found `ghcr.io`',
  ],
  [
    'a registry with a scheme',
    within('registries: { "https://r.example.com": {} }\n'),
    'dray.yml:4:15 registries.https://r.example.com: expected the host of a registry, without scheme or path',
  ],
  [
    'a user without a password',
    within('registries: { r.example.com: { username: a } }\n'),
    'dray.yml:4:15 registries.r.example.com: has a `username` but no `password`',
  ],
  [
    'a password without a user',
    within('registries: { r.example.com: { password: $P } }\n'),
    'dray.yml:4:15 registries.r.example.com: has a `password` but no `username`',
  ],
  [
    'host and hosts',
    within('    hosts: [b]\n'),
    'dray.yml:4:5 environments.test.hosts: excludes `host`; remove one of them',
  ],
  [
    'a host that would be an option of ssh',
    'environments:\n  test: { host: -oProxyCommand=x }\n',
    'dray.yml:2:17 environments.test.host: expected a host as user@name, user@name:port, a name of ~/.ssh/config, or local, found `-oProxyCommand=x`',
  ],
  [
    'a host named twice',
    'environments:\n  test: { hosts: [a, b, a] }\n',
    'dray.yml:2:25 environments.test.hosts[2]: contains a twice',
  ],
  [
    'a host named twice, with another user',
    'environments:\n  test: { hosts: [deploy@a, ssh://a] }\n',
    'dray.yml:2:29 environments.test.hosts[1]: ssh://a is the same server as deploy@a',
  ],
  [
    'local beside a server',
    'environments:\n  test: { hosts: [a, local] }\n',
    'dray.yml:2:11 environments.test.hosts: `local` cannot be combined with servers',
  ],
  [
    'a relative path on a server',
    within('    path: srv/a\n'),
    'dray.yml:4:11 environments.test.path: must be absolute, as in /srv/app, found `srv/a`',
  ],
  [
    'the whole disk as path',
    within('    path: /\n'),
    'dray.yml:4:11 environments.test.path: must be a separate directory for the app, as in /srv/app, found `/`',
  ],
  [
    'a secret among the values',
    within('    env: { API_TOKEN: abc }\n'),
    'dray.yml:4:12 environments.test.env.API_TOKEN: looks like a secret, which does not belong in dray.yml; put it in `.env` on the server',
  ],
  [
    '.env in the bundle',
    within('bundle: { include: [.env] }\n'),
    'dray.yml:4:21 bundle.include[0]: `.env` belongs to the server and is never shipped',
  ],
  [
    'nobody to tell',
    within('notify: [{ on: [failure] }]\n'),
    'dray.yml:4:10 notify[0]: has no receiver; add `slack: $SLACK_WEBHOOK_URL`',
  ],
  [
    'two to tell in one entry',
    within('    notify: [{ slack: $A, webhook: $B }]\n'),
    'dray.yml:4:27 environments.test.notify[0].webhook: excludes `slack`; make it a separate entry',
  ],
  [
    'an event that is none',
    within('notify: [{ slack: $A, on: [done] }]\n'),
    'dray.yml:4:28 notify[0].on[0]: expected success, failure or rollback, found `done`',
  ],
  [
    'the address of a webhook, which is not repeated',
    within('notify: [{ slack: https://hooks.slack.com/services/T0/B0/x }]\n'),
    'dray.yml:4:19 notify[0].slack: expected the name of a variable, such as $SLACK_WEBHOOK_URL, never the URL itself',
  ],
  [
    'a bundle from elsewhere',
    within('bundle: { include: [../x] }\n'),
    'dray.yml:4:21 bundle.include[0]: must be beside or below the compose file, found `../x`',
  ],
])('reports %s with its place', async (_, text, problem) => {
  expect(await problemsOf(text)).toEqual([problem])
  expect((await failureOf(load(text))).code).toBe('CONFIG_INVALID')
})

test('reports all problems at once, in the order of the file', async () => {
  const problems = await problemsOf(
    'app: A\nenvironments:\n  test:\n    hots: a\n    host: a b\n    tag: 1\n',
  )
  expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
    'dray.yml:1:6',
    'dray.yml:4:5',
    'dray.yml:5:11',
    'dray.yml:6:10',
  ])
})

test('a password in the file is not repeated in the message', async () => {
  const [problem] = await problemsOf(
    within('registries: { r.example.com: { username: a, password: hunter2 } }\n'),
  )
  expect(problem).toContain('never the password itself')
  expect(problem).not.toContain('hunter2')
})

test('reports a problem behind an anchor at the value', async () => {
  expect(await problemsOf('x-host: &h { hots: a }\nenvironments:\n  test: *h\n')).toEqual([
    'dray.yml:1:14 environments.test.hots: unknown key; did you mean `host`?',
  ])
})
