import { expect, test } from 'vitest'
import { readWorkflow, type Workflow } from '../../../../src/check/model/workflow.ts'
import { parseYamlTree } from '../../../../src/check/parse/yaml-tree.ts'
import { findGithubUses } from '../../../../src/operations/secrets/find-github-uses.ts'

function workflow(text: string, path = '.github/workflows/deploy.yml'): Workflow {
  const file = { path, text }
  return readWorkflow(file, parseYamlTree(file).root)
}

test('a workflow reads secrets and variables, each in the environment of its job', () => {
  const text = `on: push
env: { ALL: "\${{ secrets.SHARED }}" }
jobs:
  build:
    if: vars.ENABLED == 'yes'
    steps: [{ run: 'echo my.secrets.NO obj-vars.NO' }]
  # \${{ secrets.COMMENTED }}
  deploy:
    environment: { name: production, url: "https://x" }
    steps:
      - env: { KEY: "\${{ secrets.SSH_KEY || secrets.OLD_KEY }}" }
  test:
    environment: "\${{ inputs.where }}"
    steps: [{ env: { KEY: "\${{ secrets.SSH_KEY }}" } }]
`
  const at = (line: number): string => `.github/workflows/deploy.yml:${line}`
  expect(findGithubUses([workflow(text)])).toEqual([
    { name: 'SHARED', kind: 'secret', at: at(2), environment: undefined },
    { name: 'ENABLED', kind: 'variable', at: at(5), environment: undefined },
    { name: 'SSH_KEY', kind: 'secret', at: at(11), environment: 'production' },
    { name: 'OLD_KEY', kind: 'secret', at: at(11), environment: 'production' },
    { name: 'SSH_KEY', kind: 'secret', at: at(14), environment: undefined },
  ])
})

test('names have no case, and may be in brackets', () => {
  const text = `on: push
jobs:
  build:
    steps: [{ env: { A: "\${{ Secrets.github_token }}", B: "\${{ secrets['INDEXED'] }}", C: '\${{ vars["two"] }}' } }]
`
  expect(findGithubUses([workflow(text)]).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'secret GITHUB_TOKEN',
    'secret INDEXED',
    'variable TWO',
  ])
})

test('a name that GitHub cannot have is left out', () => {
  const text = `jobs: { a: { steps: [{ env: { A: "\${{ secrets['REG-TOKEN'] || secrets.REG_TOKEN }}" } }] } }\n`
  expect(findGithubUses([workflow(text)]).map(({ name }) => name)).toEqual(['REG_TOKEN'])
})

test('the values of a matrix name secrets and environments', () => {
  const text = `on: push
jobs:
  deploy:
    strategy: { matrix: { env: [staging, production] } }
    environment: \${{ matrix.env }}
    steps:
      - run: echo "\${{ secrets[format('{0}_KEY', matrix.env)] }}"
      - env: { A: "\${{ secrets.SHARED }}" }
`
  expect(
    findGithubUses([workflow(text)]).map(({ name, environment }) => `${name} in ${environment}`),
  ).toEqual([
    'STAGING_KEY in staging',
    'PRODUCTION_KEY in production',
    'SHARED in staging',
    'SHARED in production',
  ])
})

const reusable = `on:
  workflow_call:
    inputs: { environment: { type: string, required: true } }
    secrets:
      ssh_key: { required: true }
      registry_token: { required: false }
jobs:
  deploy:
    environment: \${{ inputs.environment }}
    steps:
      - env: { K: "\${{ secrets.ssh_key }}", T: "\${{ secrets.registry_token }}", E: "\${{ secrets.OWN }}" }
`

test('a secret that a reusable workflow declares is the one that its callers pass', () => {
  const caller = `on: push
jobs:
  call:
    uses: ./.github/workflows/reusable.yml
    with: { environment: production }
    secrets:
      SSH_KEY: \${{ secrets.PROD_SSH_KEY }}
`
  const uses = findGithubUses([workflow(caller), workflow(reusable, '.github/workflows/reusable.yml')])
  expect(uses).toEqual([
    { name: 'PROD_SSH_KEY', kind: 'secret', at: '.github/workflows/deploy.yml:7', environment: undefined },
    { name: 'PROD_SSH_KEY', kind: 'secret', at: '.github/workflows/reusable.yml:11', environment: undefined },
    { name: 'OWN', kind: 'secret', at: '.github/workflows/reusable.yml:11', environment: 'production' },
  ])
})

test('a caller may let it inherit all', () => {
  const caller = 'on: push\njobs: { a: { uses: ./.github/workflows/reusable.yml, secrets: inherit } }\n'
  const uses = findGithubUses([workflow(caller), workflow(reusable, '.github/workflows/reusable.yml')])
  expect(uses.map(({ name }) => name)).toEqual(['SSH_KEY', 'REGISTRY_TOKEN', 'OWN'])
})
