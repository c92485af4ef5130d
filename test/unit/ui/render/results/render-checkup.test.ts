import { expect, test } from 'vitest'
import { judgeHost } from '../../../../../src/operations/doctor/judge-host.ts'
import { createTerminalStyle } from '../../../../../src/ui/terminal/terminal-style.ts'
import { renderCheckup } from '../../../../../src/ui/render/results/render-checkup.ts'
import {
  fakeFailure,
  fakeDoctorObservation,
  fakeServer,
} from '../../../../support/fake-doctor-observation.ts'

const style = createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false, columns: 110 })
const well = judgeHost(fakeDoctorObservation())
const half = judgeHost(
  fakeDoctorObservation({
    host: 'deploy@b',
    server: { value: fakeServer({ envFile: { value: { mode: '644', readableByOthers: true } } }) },
    engine: {
      failure: fakeFailure(
        'DOCKER_DENIED',
        'User deploy is not allowed to use Docker on deploy@b.',
        'Type `usermod`.',
      ),
    },
    ...{
      app: undefined,
      containers: undefined,
      images: undefined,
      registries: undefined,
      url: undefined,
      plan: undefined,
    },
  }),
)

test('shows one host with its checks, and that a deploy would succeed', () => {
  expect(renderCheckup({ environment: 'test', tag: 'v1', hosts: [well] }, style)).toMatchInlineSnapshot(`
    "✓  SSH                            answers in 120 ms
    ✓  system tools                   installed
    ✓  Docker Engine                  28.5.2
    ✓  Docker Compose                 2.40.3
    ✓  app directory                  /srv/shop can be written
    ✓  .env                           mode 600
    ✓  lock                           free
    ✓  disk                           / 63 %, 18.0 GB free
    ✓  clock                          in sync
    ✓  compose file                   2 services
    ✓  image ghcr.io/acme/backend:v1  v1 sha256:763100000000
    ✓  image nginx:alpine             alpine sha256:616c70696e65
    ✓  registry ghcr.io               reached from the server
    ✓  ports                          80 free
    ✓  probe URL                      http://localhost/ needs no DNS lookup
    ✓  plan                           1 step

    ✓ A deploy of v1 to test would succeed.
    "
  `)
})

test('shows several hosts side by side, with problems and hints below', () => {
  const hosts = [{ ...well, host: 'deploy@a' }, half]
  expect(renderCheckup({ environment: 'production', tag: undefined, hosts }, style)).toMatchInlineSnapshot(`
    "                               deploy@a                                 deploy@b
    SSH                            ✓ answers in 120 ms                      ✓ answers in 120 ms
    system tools                   ✓ installed                              ✓ installed
    Docker Engine                  ✓ 28.5.2                                 ✗ DOCKER_DENIED
    Docker Compose                 ✓ 2.40.3                                 ✓ 2.40.3
    app directory                  ✓ /srv/shop can be written               ✓ /srv/shop can be written
    .env                           ✓ mode 600                               ▲ mode 644
    lock                           ✓ free                                   ✓ free
    disk                           ✓ / 63 %, 18.0 GB free                   ✓ / 63 %, 18.0 GB free
    clock                          ✓ in sync                                ✓ in sync
    compose file                   ✓ 2 services                             · skipped, needs Docker Engine
    image ghcr.io/acme/backend:v1  ✓ v1 sha256:763100000000                 · skipped, needs Docker Engine
    image nginx:alpine             ✓ alpine sha256:616c70696e65             · skipped, needs Docker Engine
    registry ghcr.io               ✓ reached from the server                · skipped, needs Docker Engine
    ports                          ✓ 80 free                                · skipped, needs Docker Engine
    probe URL                      ✓ http://localhost/ needs no DNS lookup  · skipped, needs Docker Engine
    plan                           ✓ 1 step                                 · skipped, needs Docker Engine

    ✗ deploy@b: User deploy is not allowed to use Docker on deploy@b.
      → Type \`usermod\`.
    ▲ deploy@b: /srv/shop/.env on deploy@b is readable by other users.
      → On the server, run \`chmod 600 /srv/shop/.env\`.

    ✗ A deploy to production would be refused: 1 check failed, 1 warning.
    "
  `)
})
