import { expect, test } from 'vitest'
import { check } from '../../support/run-check.ts'

/** What a person, a log or a SARIF file gets to see of the files. */
function shown(files: Record<string, string>): string {
  return JSON.stringify(check(files).map(({ edits: _, ...finding }) => finding))
}

test('a password of the compose file is not shown, and the columns stay', () => {
  const files = {
    'docker-compose.yml':
      'services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: hunter2\n',
  }
  const finding = check(files).find(({ code }) => code === 'SECRET_IN_COMPOSE')
  expect(finding).toMatchObject({
    sourceLine: '      POSTGRES_PASSWORD: *******',
    column: 26,
    endColumn: 33,
  })
  expect(shown(files)).not.toContain('hunter2')
})

test('neither is one in a list of variables, a Dockerfile or an example', () => {
  const token = ['ghp', 'A'.repeat(36)].join('_')
  const files = {
    'docker-compose.yml':
      'services:\n  db:\n    image: postgres:17\n    environment:\n      - DB_PASSWORD=hunter2\n',
    Dockerfile: 'FROM node:22\nENV API_KEY=hunter2\n',
    '.env.example': `GITHUB=${token} # ours\n`,
  }
  expect(check(files).map(({ code }) => code)).toEqual(
    expect.arrayContaining(['SECRET_IN_COMPOSE', 'SECRET_IN_DOCKERFILE', 'ENV_EXAMPLE_SECRET']),
  )
  expect(shown(files)).not.toContain('hunter2')
  expect(shown(files)).not.toContain(token)
})
