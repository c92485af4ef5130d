import { expect, test } from 'vitest'
import { makeShape, suggestAnswers } from '../../../src/scaffold/make-shape.ts'
import { planFile, wantFiles } from '../../../src/scaffold/plan-files.ts'
import { listRemainingSteps } from '../../../src/scaffold/remaining-steps.ts'
import type { Repository } from '../../../src/scaffold/repository.ts'

function look(texts: Record<string, string>): { steps: string; files: Record<string, string> } {
  const repository: Repository = {
    name: 'shop',
    owner: 'acme',
    branch: 'main',
    texts: new Map(Object.entries(texts)),
  }
  const { answers } = suggestAnswers(repository)
  const shape = makeShape(repository, answers, { kind: 'file', path: 'tools/dray.mjs' })
  const files = wantFiles(repository, shape).map((file) => [file.path, planFile(file, texts[file.path]).text])
  return {
    steps: listRemainingSteps(repository, shape, answers).join('\n'),
    files: Object.fromEntries(files) as Record<string, string>,
  }
}

const Dockerfile = 'FROM python:3.14-slim\nCMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]\n'

test('an old workflow that deploys is a danger, with what replaces its steps', () => {
  const old = `on: push
jobs:
  deploy:
    steps:
      - run: ssh deploy@shop 'git pull && docker compose down && docker compose up -d --build && docker system prune -af --volumes'
`
  const { steps } = look({ Dockerfile, '.github/workflows/deploy.yml': old })
  expect(steps).toMatch(
    /DANGER: \.github\/workflows\/deploy\.yml still deploys.*`docker compose down`.*`prune --volumes`.*build on the server.*`git pull`/,
  )
  expect(
    look({ Dockerfile, '.github/workflows/test.yml': 'on: push\njobs: { a: { steps: [{ run: make }] } }\n' })
      .steps,
  ).not.toContain('DANGER')
})

test('a port is read from the command; a guess is listed with the file to change', () => {
  const known = look({ Dockerfile })
  expect(known.files['docker-compose.yml'] ?? '').not.toContain('8080')
  expect(known.files['nginx/conf.d/default.conf'] ?? '').toContain('app:8000')
  expect(known.steps).not.toContain('is a guess')
  const guessed = look({ Dockerfile: 'FROM scratch\nCMD ["/app"]\n' })
  expect(guessed.steps).toContain('No file names the port of app: 8080 is a guess.')
  expect(guessed.steps).toContain('`EXPOSE PORT` in Dockerfile')
})

test('the build context is where the paths of COPY are', () => {
  const contexts = (copy: string): string =>
    look({
      'apps/web/Dockerfile': `FROM node:24\n${copy}\nEXPOSE 3000\n`,
      'apps/api/Dockerfile': 'FROM node:24\nCOPY package.json ./\nEXPOSE 3000\n',
      'apps/web/package.json': '{}',
      'apps/api/package.json': '{}',
      'apps/web/server.js': '',
      'package.json': '{}',
    }).files['.github/workflows/deploy.yml'] ?? ''
  expect(contexts('COPY apps/web ./')).toMatch(/context: \.\n/)
  expect(contexts('COPY package.json server.js ./')).not.toMatch(/context: \.\n/)
})

test('examples of env files are merged', () => {
  const { files } = look({
    Dockerfile,
    'apps/api/.env.example': 'SMTP_PASSWORD=x\n# OLD=\nexport SMTP_HOST=\n',
  })
  expect(files['.env.example']).toMatch(/^SMTP_HOST=\nSMTP_PASSWORD=\n/m)
  expect(files['.env.example']).not.toContain('x\n')
})

test('an example at the root gets the names of the others that it lacks, once', () => {
  const root = 'SMTP_HOST=mail\n# SMTP_PORT='
  const texts = {
    Dockerfile,
    'app.py': 'os.environ["UNLISTED"]',
    '.env.example': root,
    'apps/api/.env.example': 'SMTP_PASSWORD=x\nSMTP_HOST=\nSMTP_PORT=\nPORT=1\n',
    'apps/web/.env.sample': 'export API_URL=/api\n',
  }
  const extended = `${root}\nAPI_URL=\nSMTP_PASSWORD=\n`
  expect(look(texts).files['.env.example']).toBe(extended)
  expect(look({ ...texts, '.env.example': extended }).files).not.toHaveProperty(['.env.example'])
})

test('a scheduler is recreated', () => {
  const compose = `services:
  web: { build: ., image: "ghcr.io/acme/shop:\${IMAGE_TAG}" }
  worker: { build: ., image: "ghcr.io/acme/shop:\${IMAGE_TAG}", command: celery worker }
  jobs: { build: ., image: "ghcr.io/acme/shop:\${IMAGE_TAG}", command: [celery, -A, shop, beat] }
`
  expect(look({ Dockerfile, 'docker-compose.yml': compose }).files['dray.yml']).toContain(
    'services:\n  jobs: { rollout: recreate }\n',
  )
})

test('an image that several services run is built once', () => {
  const compose = `services:
  beat: { image: "ghcr.io/acme/shop:\${IMAGE_TAG}", command: celery -A shop beat }
  web: { build: ., image: "ghcr.io/acme/shop:\${IMAGE_TAG}" }
  worker: { image: "ghcr.io/acme/shop:\${IMAGE_TAG}", command: celery worker }
`
  const { files } = look({ Dockerfile, 'docker-compose.yml': compose })
  expect(files['.github/workflows/deploy.yml']?.match(/- name: Build and push .*/g)).toEqual([
    '- name: Build and push web',
  ])
  expect(files['dray.yml']).toContain('services:\n  beat: { rollout: recreate }\n')
})
