import { expect, test } from 'vitest'
import { findComposeVariables } from '../../../../src/adapters/source/app-variables.ts'

test('finds the variables of a compose file, and which have no default', () => {
  const found = findComposeVariables(`
# image: \${COMMENT}
services:
  backend:
    image: ghcr.io/\${OWNER:-acme}/shop:\${TAG-latest}
    command: ["sh", "-c", "echo $$HOME \${URL:?is needed} $PLAIN"]
    environment:
      \${NOT_A_KEY}: 1
      A: "\${A:-\${INNER}}\${B:+x}\${C+y}"
`)
  expect(found.map(({ name, required }) => `${name} ${required ? 'required' : 'optional'}`)).toEqual([
    'OWNER optional',
    'TAG optional',
    'URL required',
    'PLAIN required',
    'A optional',
    'INNER required',
    'B optional',
    'C optional',
  ])
})

test('finds the variables that secrets and configs have as content, and those that are passed on by name', () => {
  const found = findComposeVariables(`
services:
  api: { image: a, environment: [PASSED, SET=1], secrets: [key] }
  jobs: { image: a, environment: { MAPPED: , OTHER: 1 } }
secrets: { key: { environment: API_KEY }, file: { file: ./key } }
configs: { banner: { environment: BANNER } }
`)
  expect(found.map(({ name, required }) => `${name} ${required ? 'required' : 'optional'}`)).toEqual([
    'API_KEY required',
    'BANNER required',
    'PASSED optional',
    'MAPPED optional',
  ])
})
