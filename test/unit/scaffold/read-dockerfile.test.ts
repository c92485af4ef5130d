import { expect, test } from 'vitest'
import { readDockerfile } from '../../../src/scaffold/read-dockerfile.ts'

const read = (...lines: readonly string[]): ReturnType<typeof readDockerfile> =>
  readDockerfile(lines.join('\n'))

test('takes the first port of the final image', () => {
  expect(read('FROM node:22 AS base', 'EXPOSE 3000/tcp 3001', 'FROM base', 'EXPOSE 4000').port?.port).toBe(
    3000,
  )
  expect(read('FROM node:22 AS build', 'EXPOSE 3000', 'FROM nginx').port?.port).toBe(80)
})

test('takes no instruction from a here-document', () => {
  const facts = read(
    'FROM debian',
    'COPY <<END /etc/app.conf',
    'EXPOSE 1',
    'HEALTHCHECK CMD true',
    'COPY backend/x /',
    'END',
    'EXPOSE 8000',
  )
  expect(facts).toMatchObject({ port: { port: 8000 }, hasHealthCheck: false })
  expect(facts.copiesFrom('backend')).toBe(false)
})

test('finds programs that are installed in a here-document, and those of the base', () => {
  expect(read('FROM debian', 'RUN <<END', 'apt-get install -y curl', 'END').clients).toEqual(['curl'])
  expect(read('FROM node:22-alpine').clients).toEqual(['wget', 'node'])
})

test('finds a version argument, before the first stage too', () => {
  expect(read('ARG APP_VERSION=dev', 'FROM node').versionArgument).toBe('APP_VERSION')
  expect(read('FROM node AS build', 'ARG GIT_SHA', 'FROM nginx').versionArgument).toBe('GIT_SHA')
  expect(read('FROM node', 'ARG NAME').versionArgument).toBeUndefined()
})

test('returns the directories from which files are copied', () => {
  const { copiesFrom } = read(
    'FROM node AS build',
    'COPY ./backend/package.json .',
    'FROM nginx',
    'COPY --from=build web/ /',
  )
  expect([copiesFrom('backend'), copiesFrom('web')]).toEqual([true, false])
})

test('knows a health check, and one that is switched off', () => {
  expect(read('FROM node', 'HEALTHCHECK CMD curl -f localhost').hasHealthCheck).toBe(true)
  expect(read('FROM node', 'HEALTHCHECK NONE').hasHealthCheck).toBe(false)
})
