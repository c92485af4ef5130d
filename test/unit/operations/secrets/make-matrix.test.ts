import { describe, expect, test } from 'vitest'
import type { GithubNames } from '../../../../src/operations/secrets/github-names.ts'
import {
  isIncomplete,
  makeMatrix,
  type MatrixEnvironment,
  type MatrixInput,
  type SecretRow,
} from '../../../../src/operations/secrets/make-matrix.ts'

function matrix(facts: Partial<MatrixInput>): SecretRow[] {
  return makeMatrix({
    github: { uses: [], names: undefined },
    environments: [],
    config: [],
    here: new Set(),
    ...facts,
  })
}

const lines = (rows: readonly SecretRow[]): string[] =>
  rows.map(({ name, location, state, readBy }) => `${name} | ${location} | ${state} | ${readBy.join(', ')}`)

const use = (name: string, environment?: string) =>
  ({ name, kind: 'secret', at: `deploy.yml:${name.length}`, environment }) as const

const names = (facts: Partial<GithubNames['secret']>): GithubNames => {
  const places = { repository: new Set<string>(), organization: new Set<string>(), environments: new Map() }
  return { secret: { ...places, ...facts }, variable: places }
}

describe('of GitHub', () => {
  test('a secret is looked for in the environment of its job, the repository, the organization', () => {
    const github = {
      uses: [use('A', 'production'), use('BB', 'production'), use('CCC'), use('DDDD', 'production')],
      names: names({
        environments: new Map([['production', new Set(['A'])]]),
        repository: new Set(['A', 'BB']),
        organization: new Set(['CCC']),
      }),
    }
    expect(lines(matrix({ github }))).toEqual([
      'A | environment production | present | deploy.yml:1',
      'BB | the repository | present | deploy.yml:2',
      'CCC | the organization | present | deploy.yml:3',
      'DDDD | environment production or the repository | missing | deploy.yml:4',
    ])
  })

  test('a secret that two environments have is two', () => {
    const github = {
      uses: [use('KEY', 'test'), use('KEY', 'production'), use('KEY', 'test')],
      names: names({
        environments: new Map([
          ['test', new Set(['KEY'])],
          ['production', new Set<string>()],
        ]),
      }),
    }
    expect(lines(matrix({ github }))).toEqual([
      'KEY | environment test | present | deploy.yml:3, deploy.yml:3',
      'KEY | environment production or the repository | missing | deploy.yml:3',
    ])
  })

  test('values that GitHub did not give are unknown; the others are shown', () => {
    const github = {
      uses: [use('A'), use('BB')],
      names: names({ repository: new Set(['A']), organization: undefined }),
    }
    expect(matrix({ github }).map(({ state }) => state)).toEqual(['present', 'unknown'])
    expect(matrix({ github: { ...github, names: undefined } }).map(({ state }) => state)).toEqual([
      'unknown',
      'unknown',
    ])
  })

  test('the token of the job is present, and names of GitHub are case-insensitive', () => {
    const github = {
      uses: [use('GITHUB_TOKEN'), use('ssh_key')],
      names: names({ repository: new Set(['SSH_KEY']) }),
    }
    expect(matrix({ github }).map(({ state }) => state)).toEqual(['provided', 'present'])
  })
})

describe('of .env', () => {
  const environment: MatrixEnvironment = {
    name: 'test',
    services: [
      { service: 'backend', readsAll: true, variables: new Map([['IMAGE_TAG', false]]) },
      {
        service: 'nginx',
        readsAll: false,
        variables: new Map([
          ['DOMAIN', true],
          ['LEVEL', false],
        ]),
      },
    ],
    compose: [],
    tasks: [{ name: 'migrate', service: 'backend' }],
    example: ['API_KEY', 'DATABASE_URL'],
    deployTime: ['IMAGE_TAG', 'ENV'],
    hosts: [
      {
        host: 'a',
        listing: {
          isThere: true,
          mode: '600',
          variables: [
            { name: 'API_KEY', isEmpty: true },
            { name: 'DATABASE_URL', isEmpty: false },
            { name: 'EXTRA', isEmpty: true },
          ],
        },
      },
    ],
  }

  test('each variable is present, empty, missing or defaulted, with its readers', () => {
    const rows = matrix({ environments: [environment] })
    expect(lines(rows)).toEqual([
      'API_KEY | test on a | empty | service backend, task migrate',
      'DATABASE_URL | test on a | present | service backend, task migrate',
      'DOMAIN | test on a | missing | service backend, service nginx, task migrate',
      'EXTRA | test on a | present | service backend, task migrate',
      'LEVEL | test on a | optional | service backend, service nginx, task migrate',
      'IMAGE_TAG | test | provided | service backend, task migrate',
    ])
    expect(isIncomplete(rows)).toBe(true)
  })

  test('a variable that no service names is read by the compose file, such as for a secret', () => {
    const services = environment.services.slice(1)
    const compose = [
      { name: 'DB_PASSWORD', required: true },
      { name: 'DOMAIN', required: true },
    ]
    const rows = matrix({ environments: [{ ...environment, services, compose }] })
    expect(lines(rows)).toContain('DB_PASSWORD | test on a | missing | the compose file')
    expect(lines(rows)).toContain('DOMAIN | test on a | missing | service nginx')
    expect(lines(rows)).toContain('EXTRA | test on a | present | ')
    expect(lines(rows)).toContain('API_KEY | test on a | empty | named in .env.example')
  })

  test('without a .env all that is needed is missing; a host that was not asked is not known', () => {
    const hosts = [
      { host: 'a', listing: { isThere: false } as const },
      { host: 'b', listing: undefined },
    ]
    const rows = matrix({ environments: [{ ...environment, hosts }] }).filter(
      ({ name }) => name === 'API_KEY',
    )
    expect(rows.map(({ location, state }) => `${location} ${state}`)).toEqual([
      'test on a missing',
      'test on b unknown',
    ])
    expect(isIncomplete(rows.slice(1))).toBe(false)
  })
})

test('secrets named in dray.yml need not be set for a read-only command', () => {
  const config = [{ name: 'REGISTRY_PASSWORD', at: 'dray.yml:3' }]
  expect(lines(matrix({ config }))).toEqual(['REGISTRY_PASSWORD | here | optional | dray.yml:3'])
  expect(lines(matrix({ config, here: new Set(['REGISTRY_PASSWORD']) }))).toEqual([
    'REGISTRY_PASSWORD | here | present | dray.yml:3',
  ])
})
