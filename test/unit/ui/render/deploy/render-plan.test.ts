import { expect, test } from 'vitest'
import { createTerminalStyle } from '../../../../../src/ui/terminal/terminal-style.ts'
import { renderPlan } from '../../../../../src/ui/render/deploy/render-plan.ts'
import { samplePlan } from '../../../../support/terminal-events.ts'

function style(columns?: number) {
  return createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false, columns })
}

test('numbers the steps, with size and cause, then warnings, unchanged services and the download', () => {
  expect(renderPlan(samplePlan, style())).toMatchInlineSnapshot(`
    "shop on test: release r42

      1  Remove dangling images                                            layers of no image take room
      2  Pull acme/shop-backend:3f2a1c9                           27.0 MB  image is not on the host
      3  Pull acme/shop-frontend:3f2a1c9                          12.3 MB  image is not on the host
      4  Place docker-compose.yml                                          changed since release r41
      5  Run task migrate                                                  runs before traffic switches
      6  Start new backend and frontend                                    backend and frontend have new images
      7  Wait until backend and frontend are healthy                       before they get traffic
      8  Switch traffic in nginx to the new backend and frontend           the new containers are healthy
      9  Stop the old backend                                              replaced by step 6

    Proxies:
      nginx → backend, frontend  nginx runs in its container

      ▲ frontend has no health check: dray can only see that it runs

    Unchanged:
      nginx  same image and configuration

    Download: up to 39.3 MB in 2 images.
    "
  `)
})

test('breaks causes and warnings where the terminal is narrow', () => {
  const text = renderPlan(samplePlan, style(72))
  expect(text).toMatchInlineSnapshot(`
    "shop on test: release r42

      1  Remove dangling images
         layers of no image take room
      2  Pull acme/shop-backend:3f2a1c9                           27.0 MB
         image is not on the host
      3  Pull acme/shop-frontend:3f2a1c9                          12.3 MB
         image is not on the host
      4  Place docker-compose.yml
         changed since release r41
      5  Run task migrate
         runs before traffic switches
      6  Start new backend and frontend
         backend and frontend have new images
      7  Wait until backend and frontend are healthy
         before they get traffic
      8  Switch traffic in nginx to the new backend and frontend
         the new containers are healthy
      9  Stop the old backend
         replaced by step 6

    Proxies:
      nginx → backend, frontend  nginx runs in its container

      ▲ frontend has no health check: dray can only see that it runs

    Unchanged:
      nginx  same image and configuration

    Download: up to 39.3 MB in 2 images.
    "
  `)
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(72)
})

test('names the host of each step where there are several', () => {
  const steps = samplePlan.steps
    .slice(0, 2)
    .map((step, index) => ({ ...step, host: ['a.example', 'b.example'][index]! }))
  const plan = { ...samplePlan, steps, warnings: [], unchangedServices: [] }
  expect(renderPlan(plan, style())).toMatchInlineSnapshot(`
    "shop on test: release r42

      1  a.example  Remove dangling images                   layers of no image take room
      2  b.example  Pull acme/shop-backend:3f2a1c9  27.0 MB  image is not on the host

    Proxies:
      nginx → backend, frontend  nginx runs in its container

    Download: up to 27.0 MB in 1 image.
    "
  `)
})

test('says that there is nothing to do, and why', () => {
  const plan = { ...samplePlan, unchanged: true, steps: [], warnings: [] }
  expect(renderPlan(plan, style())).toMatchInlineSnapshot(`
    "shop on test: nothing to do, release r42 is already running.

    Unchanged:
      nginx  same image and configuration
    "
  `)
})

test('names services of which no profile is active', () => {
  const inactiveServices = [
    { host: 'srv', service: 'cron', profiles: ['jobs'] },
    { host: 'srv', service: 'debug', profiles: ['tools', 'dev'], problem: 'No tag v1.' },
  ]
  expect(renderPlan({ ...samplePlan, inactiveServices }, style())).toContain(
    '\nNot deployed, no active profile:\n  cron   profile jobs\n  debug  profile tools, dev; No tag v1.\n',
  )
})

test('estimates the download where layers are there, and has the most that it can be', () => {
  const steps = samplePlan.steps.map((step) =>
    step.kind === 'pull-image' ? { ...step, missingBytes: 1_000_000 } : step,
  )
  const text = renderPlan({ ...samplePlan, steps }, style())
  expect(text).toContain('Download: about 2.0 MB, at most 39.3 MB in 2 images.')
})
