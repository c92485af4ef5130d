import { expect, test } from 'vitest'
import { isScheduler } from '../../../src/shared/scheduler.ts'

test.each([
  ['beat', ''],
  ['app-scheduler', ''],
  ['nightly', ''],
  ['jobs', 'celery -A shop beat --loglevel info'],
  ['jobs', 'supercronic /etc/crontab'],
  ['jobs', 'crond -f'],
  ['jobs', 'php artisan schedule:work'],
  ['jobs', 'sh -c while true; do ./backup; sleep 86400; done'],
])('%s with `%s` is a scheduler', (name, command) => {
  expect(isScheduler(name, command)).toBe(true)
})

test.each([
  ['worker', 'celery -A shop worker'],
  ['jobs', 'node worker.js'],
  ['heartbeat', ''],
  ['web', 'sh -c while ! nc -z db 5432; do sleep 1; done; npm start'],
])('%s with `%s` is not a scheduler', (name, command) => {
  expect(isScheduler(name, command)).toBe(false)
})
