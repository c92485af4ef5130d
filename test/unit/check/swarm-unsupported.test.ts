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

function messages(environments: string): string[] {
  const files = { 'dray.yml': `environments: { ${environments} }\n`, 'docker-compose.yml': compose }
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
