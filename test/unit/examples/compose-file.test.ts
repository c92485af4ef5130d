import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const specified = `services:
  backend:
    image: ghcr.io/\${REGISTRY_OWNER:-<org>}/app-name-backend:\${IMAGE_TAG:-latest}
    env_file: .env
    restart: unless-stopped
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8000/api/health"]
      interval: 10s
      timeout: 5s
      retries: 5

  frontend:
    image: ghcr.io/\${REGISTRY_OWNER:-<org>}/app-name-frontend:\${IMAGE_TAG:-latest}
    env_file: .env
    restart: unless-stopped
    depends_on:
      - backend

  nginx:
    image: nginx:alpine
    restart: unless-stopped
    ports:
      - "80:80"
    volumes:
      - ./nginx/conf.d:/etc/nginx/conf.d:ro
    depends_on:
      - frontend
      - backend
`
const ownLines = ['    volumes:\n      - data:/data\n', '\nvolumes:\n  data:\n']

test("the sample app's compose file is the specified one, and the volume for its data", () => {
  const specifiedForShop = specified.replaceAll('<org>', 'acme').replaceAll('app-name', 'shop')
  const withoutVolume = ownLines.reduce((text, lines) => text.replace(lines, ''), read('docker-compose.yml'))
  expect(withoutVolume).toBe(specifiedForShop)
})

test('the production form differs only in having one service app for the two', () => {
  type Compose = { services: Record<string, Record<string, unknown>>; volumes: unknown }
  const test = parse(read('docker-compose.yml')) as Compose
  const production = parse(read('docker-compose.production.yml')) as Compose

  expect(Object.keys(production.services)).toEqual(['app', 'nginx'])
  expect({ ...production.services['app'], image: '' }).toEqual({ ...test.services['backend'], image: '' })
  expect(production.services['app']?.['image']).toBe(
    'ghcr.io/${REGISTRY_OWNER:-acme}/shop:${IMAGE_TAG:-latest}',
  )
  expect(production.volumes).toEqual(test.volumes)
})

test('both proxy configurations of the test form differ only in keeping idle connections', () => {
  const directives = (path: string) =>
    read(path)
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
  const plain = directives('nginx/conf.d/default.conf')
  const keepalive = directives('nginx/keepalive/default.conf')

  expect(keepalive.filter((line) => !plain.includes(line))).toEqual(['    keepalive_min_timeout 5s;'])
  expect(plain.filter((line) => !keepalive.includes(line))).toEqual([])
})

function read(path: string): string {
  return readFileSync(new URL(`../../../examples/shop/${path}`, import.meta.url), 'utf8')
}
