import { expect, test } from 'vitest'
import { excerptLog } from '../../../../src/deploy/execute/log-excerpt.ts'

const check = ['/bin/sh', '-c', 'wget -q -O- http://localhost:8000/healthz?full=1 || exit 1']

test.each([
  'GET /healthz 500 in 1 ms',
  '127.0.0.1 - - [28/Nov/2026:15:04:05 +0000] "GET /healthz?full=1 HTTP/1.1" 500 12 "-" "Wget"',
  '{"level":"info","method":"GET","path":"/healthz","status":500}',
  'time=15:04:05 method=HEAD path=/healthz status=503',
])('leaves out the request of the health check: %s', (request) => {
  expect(
    excerptLog(['listening on 8000', request, request, 'the database is away'], { argv: check }),
  ).toEqual(['listening on 8000', 'the database is away'])
})

test('keeps other requests, and words that contain the path', () => {
  const lines = ['GET /healthz/deep 500', 'GET / 200', 'the route /healthz is registered', 'GET /orders 200']
  expect(excerptLog(lines, { argv: check })).toEqual(lines)
})

test('leaves out requests of the root only if the check asks for it', () => {
  expect(
    excerptLog(['GET / HTTP/1.1 502', 'GET /a 200'], { argv: ['curl', '-f', 'http://localhost'] }),
  ).toEqual(['GET /a 200'])
})

test('shows the requests of the check if nothing else is there', () => {
  expect(excerptLog(['GET /healthz 500', 'GET /healthz 500', ''], { argv: check })).toEqual([
    'GET /healthz 500 (2 times)',
    '',
  ])
})

test('shows a repeated line once, whatever its time', () => {
  const lines = [
    'start',
    ...['05', '06', '07'].flatMap((s) => [`15:04:${s}.123 trying db`, `15:04:${s} refused after 3 ms`]),
  ]
  expect(excerptLog(lines)).toEqual([
    'start',
    '15:04:05.123 trying db (3 times)',
    '15:04:05 refused after 3 ms (3 times)',
  ])
})

test.each([
  [['05', '06', '17'].map((s) => `10.0.0.1 - - [29/Nov/2026:23:32:${s} +0000] "GET / HTTP/1.1" 503 197`)],
  [['01', '02', '03'].map((s) => `2026/11/29 23:32:${s} [error] connect() failed`)],
])('shows a repeated line of nginx once', (lines) => {
  expect(excerptLog(lines)).toEqual([`${lines[0]} (3 times)`])
})

test('shows the first and the last lines of a long log', () => {
  const words = 'abcdefghijklmnopqrstuvwxyz'.split('')
  expect(excerptLog(words)).toEqual([
    ...'abcde'.split(''),
    '… 9 lines left out; above are the first ones',
    ...'opqrstuvwxyz'.split(''),
  ])
  expect(excerptLog(words.slice(0, 18))).toEqual(words.slice(0, 18))
})

test('shows only the last lines of a log whose beginning was not read', () => {
  const words = 'abcdefghijklmnopqrstuvwxyz'.split('')
  expect(excerptLog(words, { isWhole: false })).toEqual(['… earlier lines left out', ...words.slice(-17)])
})
