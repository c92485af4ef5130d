import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import {
  makeDeployValues,
  type DeployValues,
  type DeployValuesInput,
} from '../../../src/config/deploy-values.ts'
import { parseEnvFile } from '../../../src/config/env-file.ts'
import { failureOf, load } from '../../support/make-project.ts'

type Given = Partial<Omit<DeployValuesInput, 'config' | 'envFile'>> & {
  file?: string
  rule?: string
  more?: string
}

async function values({ file, rule, more = '', ...given }: Given = {}): Promise<DeployValues> {
  const tag = rule === undefined ? '' : `, tag: "${rule}"`
  const config = await load(`registry: ghcr.io/acme\nenvironments: { test: { host: a${tag} } }\n${more}`)
  const envFile = file === undefined ? undefined : parseEnvFile(file)
  return makeDeployValues({ env: {}, commit: {}, ...given, config, envFile })
}

describe('the tag', () => {
  test('comes from --tag before the file, the environment and the rule', async () => {
    const { tag, tagSource } = await values({
      tag: 'v1',
      file: 'IMAGE_TAG=v2',
      env: { IMAGE_TAG: 'v3' },
      rule: 'latest',
    })
    expect([tag, tagSource]).toEqual(['v1', '--tag'])
  })

  test('comes from the file before the environment and the rule', async () => {
    expect((await values({ file: 'IMAGE_TAG=v2', env: { IMAGE_TAG: 'v3' }, rule: 'latest' })).tag).toBe('v2')
  })

  test('comes from the environment before the rule', async () => {
    expect((await values({ env: { IMAGE_TAG: 'v3' }, rule: 'latest' })).tag).toBe('v3')
  })

  test('is left to the compose file where nothing says one', async () => {
    const { tag, composeVariables } = await values()
    expect(tag).toBeUndefined()
    expect('IMAGE_TAG' in composeVariables && composeVariables['IMAGE_TAG']).toBeFalsy()
  })

  test('that is empty counts as not set, with a warning', async () => {
    const { tag, warnings } = await values({ file: 'IMAGE_TAG=', rule: 'latest' })
    expect(tag).toBe('latest')
    expect(warnings).toEqual(['IMAGE_TAG is empty and counts as not set.'])
  })

  test.each(['feature/x', '-x', '.x', 'a b', 'x'.repeat(129)])('%j is refused', async (tag) => {
    const error = await failureOf(values({ tag }))
    expect(error.code).toBe('IMAGE_INVALID')
    expect(error.message).toContain(`\`${tag}\` (--tag)`)
  })
})

describe('the tag rule', () => {
  const headSha = 'a'.repeat(40)

  test.each<[string, Given, string, string]>([
    ['sha', { env: { GITHUB_SHA: 'b' }, commit: { headSha } }, 'b', 'tag: sha (GITHUB_SHA)'],
    ['sha', { commit: { headSha } }, headSha, 'tag: sha (git HEAD)'],
    [
      'version',
      { env: { GITHUB_REF_TYPE: 'tag', GITHUB_REF_NAME: 'v1.2.3' } },
      'v1.2.3',
      'tag: version (GITHUB_REF_NAME)',
    ],
    [
      'version',
      { env: { GITHUB_REF_TYPE: 'branch', GITHUB_REF_NAME: 'main' }, commit: { exactTag: 'v1' } },
      'v1',
      'tag: version (git tag)',
    ],
    ['latest', {}, 'latest', 'tag: latest'],
    [
      'build-${GITHUB_RUN_NUMBER}',
      { env: { GITHUB_RUN_NUMBER: '7' } },
      'build-7',
      'tag: build-${GITHUB_RUN_NUMBER}',
    ],
    ['sha-${SHORT_SHA}', { commit: { headSha } }, 'sha-aaaaaaa', 'tag: sha-${SHORT_SHA}'],
  ])('%s finds its tag', async (rule, given, tag, source) => {
    const found = await values({ ...given, rule })
    expect([found.tag, found.tagSource]).toEqual([tag, source])
  })

  test.each<[string, Given]>([
    ['sha', {}],
    ['version', { env: { GITHUB_REF_TYPE: 'branch', GITHUB_REF_NAME: 'main' } }],
    ['v${NOWHERE}', {}],
    ['x-${GITHUB_TOKEN}', { env: { GITHUB_TOKEN: 'abc' } }],
  ])('%s without its requirement is refused', async (rule, given) => {
    expect((await failureOf(values({ ...given, rule }))).code).toBe('TAG_UNKNOWN')
  })
})

describe('the other values', () => {
  test('are derived where nothing says them', async () => {
    const { registryOwner, githubActor, githubToken, composeVariables } = await values()
    expect([registryOwner, githubActor, githubToken]).toEqual(['acme', undefined, undefined])
    expect(composeVariables).toMatchObject({ REGISTRY_OWNER: 'acme', ENV: 'test' })
  })

  test('have an owner in lower case, with a warning where it was not', async () => {
    const { registryOwner, warnings } = await values({ env: { REGISTRY_OWNER: 'AcmeCorp' } })
    expect(registryOwner).toBe('acmecorp')
    expect(warnings).toHaveLength(1)
  })

  test('of the file reach the compose file, those of the environment that dray does not know do not', async () => {
    const { composeVariables } = await values({ file: 'FEATURE=on', env: { HOME: '/root', ENV: 'staging' } })
    expect(composeVariables).toMatchObject({ FEATURE: 'on', ENV: 'staging' })
    expect(composeVariables).not.toHaveProperty('HOME')
  })
})

describe('`env` of dray.yml', () => {
  const withEnv = async (env: string, given: Given) => {
    const text = `environments: { test: { host: a, env: { ${env} } } }`
    const config = await load(text)
    return makeDeployValues({ env: {}, commit: {}, ...given, config }).composeVariables
  }

  test('passes the tag on under another name', async () => {
    expect(await withEnv('TAG: "${IMAGE_TAG}-alpine", WHO: "${ENV}"', { tag: 'v2' })).toMatchObject({
      TAG: 'v2-alpine',
      WHO: 'test',
    })
  })

  test('leaves out what needs a tag where no tag is given, so that the default of the compose file applies', async () => {
    expect(await withEnv('TAG: "${IMAGE_TAG}", URL: "https://a"', {})).toEqual({
      URL: 'https://a',
      ENV: 'test',
    })
  })

  test('keeps other dollar signs as they are', async () => {
    expect(await withEnv('PRICE: "$5 ${OTHER}"', { tag: 'v2' })).toMatchObject({ PRICE: '$5 ${OTHER}' })
  })
})

describe('the token', () => {
  const file =
    'GITHUB_TOKEN=ghs_secret\nGITHUB_ACTOR=octocat\nCOPY=ghs_secret\nURL=https://x:ghs_secret@ghcr.io\n'

  test('is kept, and goes with the actor', async () => {
    const { githubToken, githubActor } = await values({ file })
    expect([githubToken?.reveal(), githubActor]).toEqual(['ghs_secret', 'octocat'])
  })

  test('never reaches the compose file, under no name', async () => {
    const { composeVariables, warnings } = await values({ file })
    expect(JSON.stringify(composeVariables)).not.toContain('ghs_secret')
    expect(warnings).toEqual([
      'COPY holds the GitHub token and is not passed to the compose file.',
      'URL holds the GitHub token and is not passed to the compose file.',
    ])
  })

  test('is not printed with the values', async () => {
    const found = await values({ file: 'GITHUB_TOKEN=ghs_secret', env: { GITHUB_TOKEN: 'ghs_other' } })
    expect(inspect(found, { depth: 9, showHidden: true })).not.toContain('ghs_')
    expect(JSON.stringify(found)).not.toContain('ghs_')
    expect(found.variables()).not.toHaveProperty('GITHUB_TOKEN')
    expect(found.secret('GITHUB_TOKEN')?.reveal()).toBe('ghs_secret')
  })

  test('that is empty differs from a missing one', async () => {
    expect((await values({ env: { GITHUB_TOKEN: '' } })).githubToken?.reveal()).toBe('')
  })

  test('and passwords are masked in all output', async () => {
    const { secrets } = await values({
      file: 'GITHUB_TOKEN=one\nREGISTRY_PASSWORD=two\nSENTRY_DSN=three\nFEATURE=on\n',
      more: 'registries: { r.example.com: { username: a, password: $REGISTRY_PASSWORD } }',
    })
    expect(new Set(secrets.map((secret) => secret.reveal()))).toEqual(new Set(['one', 'two', 'three']))
  })
})
