import { networksInTheWay, settingsInTheWay } from '../model/stack-settings.ts'
import { REFUSED_KEYS } from '../../shared/stack-keys.ts'
import { lines } from '../lines.ts'
import { mountsOf, settingOf, type ComposeApp, type Service } from '../model/compose.ts'
import { childOf, entriesOf, scalarText } from '../parse/yaml-tree.ts'
import type { Repository } from '../repository.ts'
import type { Found, Rule } from '../rule.ts'

const dray = lines(
  'environments:',
  '  production: { host: deploy@m1.example.com, path: /srv/shop, engine: swarm }',
)

export const swarmUnsupported: Rule = {
  code: 'SWARM_UNSUPPORTED',
  severity: 'error',
  title: 'A service has something that Docker Swarm cannot run.',
  why: 'dray refuses the deploy. `docker stack deploy` on its own would ignore most of these, and the app would run without them.',
  hint: 'Do what the message says; Compose still reads the file. `dray plan ENVIRONMENT` lists everything, also what the files alone do not show. See docs/swarm.md.',
  bad: {
    'dray.yml': dray,
    'docker-compose.yml': lines(
      'services:',
      '  web:',
      '    image: nginx:1.27',
      '    volumes: ["./nginx:/etc/nginx/conf.d:ro"]',
    ),
    'nginx/site.conf': 'server {}\n',
  },
  good: {
    'dray.yml': dray,
    'docker-compose.yml': lines(
      'services:',
      '  web:',
      '    image: nginx:1.27',
      '    configs: [{ source: site, target: /etc/nginx/conf.d/site.conf }]',
      'configs:',
      '  site: { file: ./nginx/site.conf }',
    ),
    'nginx/site.conf': 'server {}\n',
  },
  *check(repository) {
    const apps = appsOfSwarm(repository)
    for (const app of apps) yield* networksInTheWay(app)
    for (const service of apps.flatMap(({ services }) => services)) {
      for (const [key, text] of Object.entries(REFUSED_KEYS)) {
        const at = settingOf(service, key)
        if (at !== undefined && scalarText(at) !== 'false')
          yield { at, message: `A stack cannot have \`${key}\` of \`${service.name}\`: ${text}.` }
      }
      yield* otherObstacles(service)
      // Those with a profile may never be deployed.
      if (settingOf(service, 'profiles') === undefined) yield* settingsInTheWay(service)
    }
  },
}

/** Environments that share their files are one app, which has the name of the first. */
function appsOfSwarm({ config, apps }: Repository): readonly ComposeApp[] {
  const names = entriesOf(childOf(config?.root, 'environments')).flatMap(([name, { value }]) =>
    scalarText(childOf(value, 'engine')) === 'swarm' ? [name] : [],
  )
  const own = apps.filter(({ environment = '' }) => names.includes(environment))
  return names.length > 0 && own.length === 0 ? apps : own
}

function* otherObstacles(service: Service): Iterable<Found> {
  const build = settingOf(service, 'build')
  if (build !== undefined && service.image === undefined)
    yield {
      at: build,
      message: `A stack builds nothing: give \`${service.name}\` an \`image\`, and push that with \`dray build\`.`,
    }
  for (const { at, source } of mountsOf(service)) {
    if (source === undefined || !/^\.{1,2}(?:\/|$)/.test(source)) continue
    yield {
      at,
      message: `\`${source}\` is not on the other nodes of the swarm: make its files \`configs\` of \`${service.name}\`.`,
    }
  }
  for (const [name, { value }] of entriesOf(settingOf(service, 'depends_on'))) {
    const condition = childOf(value, 'condition')
    if (condition === undefined || scalarText(condition) !== 'service_completed_successfully') continue
    yield {
      at: condition,
      message: `A stack does not wait until \`${name}\` is done, and would start it again and again: make it a task in dray.yml.`,
    }
  }
}
