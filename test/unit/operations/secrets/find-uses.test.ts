import { describe, expect, test } from 'vitest'
import { readComposeApp } from '../../../../src/check/model/compose.ts'
import { readWorkflow } from '../../../../src/check/model/workflow.ts'
import { parseYamlTree } from '../../../../src/check/parse/yaml-tree.ts'
import {
  findConfigUses,
  findGithubUses,
  readServiceUse,
} from '../../../../src/operations/secrets/find-uses.ts'

function workflow(text: string) {
  const file = { path: '.github/workflows/deploy.yml', text }
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

test('dray.yml names variables in place of values', () => {
  const text = `registries:
  registry.example.com: { username: deploy, password: $REGISTRY_PASSWORD }
notify:
  - slack: "\${SLACK_URL}" # $NOT_THIS
tasks: { report: { run: [sh, -c, 'echo $HOME/x'] } }
`
  expect(findConfigUses({ path: 'dray.yml', text })).toEqual([
    { name: 'REGISTRY_PASSWORD', at: 'dray.yml:2' },
    { name: 'SLACK_URL', at: 'dray.yml:4' },
  ])
})

describe('a service reads', () => {
  const read = (service: string) => {
    const file = { path: 'docker-compose.yml', text: `services:\n  web:\n${service}` }
    const [found] = readComposeApp([{ file, root: parseYamlTree(file).root }], undefined).services
    if (found === undefined) throw new Error('There is no service.')
    const { readsAll, variables } = readServiceUse(found)
    return { readsAll, variables: Object.fromEntries(variables) }
  }

  test.each<[string, string, boolean]>([
    ['all of .env', '    env_file: .env\n', true],
    ['all of .env, of several', '    env_file: [other.env, ./.env]\n', true],
    ['all of .env in the long form', '    env_file: [{ path: .env, required: false }]\n', true],
    ['nothing of another file', '    env_file: other.env\n', false],
    ['nothing', '    image: x\n', false],
  ])('%s', (_what, text, readsAll) => {
    expect(read(text).readsAll).toBe(readsAll)
  })

  test('variables, of which those without a default are needed', () => {
    const text =
      '    image: x:${TAG:-latest}\n    environment:\n      A: ${A}\n      B: $B # ${NOT}\n      C: ${C:?no C}\n      D: $$D\n      E: ${E-} ${E}\n'
    expect(read(text).variables).toEqual({ TAG: false, A: true, B: true, C: true, E: true })
  })
})
