import { describe, expect, test } from 'vitest'
import { readComposeApp } from '../../../../src/check/model/compose.ts'
import { parseYamlTree } from '../../../../src/check/parse/yaml-tree.ts'
import { findConfigUses, readServiceUse } from '../../../../src/operations/secrets/find-uses.ts'

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

  test('variables that `environment` passes on, and the content of its secrets and configs', () => {
    const text =
      '    environment: { PASSED: , FIXED: x }\n    secrets: [key]\n    configs: [{ source: banner, target: /b }]\n' +
      'secrets: { key: { environment: API_KEY }, other: { environment: OTHER } }\nconfigs: { banner: { environment: BANNER } }\n'
    expect(read(text).variables).toEqual({ PASSED: false, API_KEY: true, BANNER: true })
    expect(read('    environment: [PASSED, "FIXED=x"]\n').variables).toEqual({ PASSED: false })
  })

  test('variables, of which those without a default are needed', () => {
    const text =
      '    image: x:${TAG:-latest}\n    environment:\n      A: ${A}\n      B: $B # ${NOT}\n      C: ${C:?no C}\n      D: $$D\n      E: ${E-} ${E}\n'
    expect(read(text).variables).toEqual({ TAG: false, A: true, B: true, C: true, E: true })
  })

  test.each(['[PASSED, SET=1]', '{ PASSED: , SET: 1 }'])(
    'variables that it passes on by name: %s',
    (list) => {
      expect(read(`    environment: ${list}\n`).variables).toEqual({ PASSED: false })
    },
  )
})
