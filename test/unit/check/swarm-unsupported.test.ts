import { expect, test } from 'vitest'
import { swarmUnsupported } from '../../../src/check/rules/swarm-unsupported.ts'
import { check } from '../../support/run-check.ts'

const compose = `services:
  web:
    build: .
    privileged: true
    read_only: false
    depends_on: { setup: { condition: service_completed_successfully } }
  setup: { image: acme/setup:1, network_mode: host, privileged: false }
`

function messages(environments: string, text = compose): string[] {
  const files = { 'dray.yml': `environments: { ${environments} }\n`, 'docker-compose.yml': text }
  return check(files, { rules: [swarmUnsupported] }).map(({ message }) => message.replace(/:.*/, ''))
}

test('keys, builds and services that must end are found, in an environment of Swarm only', () => {
  expect(messages('a: { host: u@a }, b: { host: u@b, engine: swarm }')).toEqual([
    'A stack builds nothing',
    'A stack cannot have `privileged` of `web`',
    'A stack does not wait until `setup` is done, and would start it again and again',
    'A stack cannot have `network_mode` of `setup`',
  ])
  expect(messages('a: { host: u@a }')).toEqual([])
})

const settings = `services:
  web:
    image: acme/web:1
    ports: ["127.0.0.1:80:80", "8000-8001:80", "9000-9001:9000-9001", "0.0.0.0:81:81", "[::]:82:82", "$ADDRESS:83:83"]
    volumes: ["data:/data", "nfs:/nfs", "there:/there", "/etc/localtime:/etc/localtime", "/anonymous"]
    networks: { back: { aliases: [web], ipv4_address: 10.0.0.2 } }
    secrets: [key, file]
    deploy: { resources: { reservations: { devices: [{ capabilities: [gpu] }] } } }
  db:
    image: postgres:16
    volumes: [{ type: volume, source: data, target: /data }]
    deploy: { placement: { constraints: ["node.labels.data == true"] } }
  seed.once: { image: acme/seed:1, deploy: { mode: replicated-job } }
  tool: { image: acme/tool:1, profiles: [tools], volumes: ["data:/data"] }
volumes:
  data:
  nfs: { driver_opts: { type: nfs } }
  there: { external: true }
networks:
  back: { driver: bridge, enable_ipv6: true }
  other: { external: true, driver: bridge }
secrets:
  key: {}
  file: { file: ./key }
`

test('volumes, ports, networks, secrets, jobs and names are judged as a plan judges them', () => {
  expect(messages('a: { host: u@a, engine: swarm }', settings).sort()).toEqual([
    '`deploy.mode` of `seed.once` does not work in a stack',
    '`deploy.resources.reservations.devices` of `web` does not work in a stack',
    '`networks.back.driver` does not work in a stack',
    '`networks.back.enable_ipv6` does not work in a stack',
    '`networks.back.ipv4_address` of `web` does not work in a stack',
    '`ports` of `web` does not work in a stack',
    '`ports` of `web` does not work in a stack',
    '`secrets` of `web` does not work in a stack',
    '`seed.once` does not work in a stack',
    '`volumes` of `web` does not work in a stack',
  ])
  expect(messages('a: { host: u@a }', settings)).toEqual([])
})
