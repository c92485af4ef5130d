import { expect, test } from 'vitest'
import { NamePins } from '../../../../../src/deploy/execute/proxies/name-pins.ts'
import { PINNED } from '../../../../../src/deploy/execute/proxies/pin-script.ts'
import type { Container } from '../../../../../src/deploy/model/container.ts'
import type { Engine, ExecResult } from '../../../../../src/deploy/model/ports.ts'
import { FakeClock } from '../../../../support/fake-clock.ts'

const web = { id: 'web', name: 'shop-web-1', service: 'web' } as Container

/** `answer`: exit code of a command of the script that changes pins, after so many of them; throws to fail. */
function pinsWith(answer: (action: string, before: number) => number) {
  const ran: string[] = []
  const clock = new FakeClock()
  const engine = {
    exec: async (_: string, argv: readonly string[], options?: { onLine?: (line: string) => void }) => {
      const [action = '', ...lines] = argv.slice(5)
      if (action === '45') {
        ran.push(`hold ${lines.slice(1).join(' ')}`)
        options?.onLine?.(PINNED)
        return new Promise<ExecResult>(() => undefined)
      }
      const before = ran.filter((it) => it.startsWith(action)).length
      ran.push([action, ...lines].join(' '))
      return { exitCode: answer(action, before), output: '' }
    },
  } as unknown as Engine
  return { pins: new NamePins(engine, clock, 'shop'), ran, clock }
}

test('names that cannot be changed are not left with the addresses from before', async () => {
  const { pins, ran } = pinsWith((action) => (action === 'change' ? 6 : 0))
  expect(await pins.trySet(web, ['10.0.0.1 api'])).toBe(true)
  expect(await pins.trySet(web, ['10.0.0.2 api'])).toBe(false)
  expect(ran).toEqual(['hold 10.0.0.1 api', 'change 10.0.0.2 api', 'end'])
})

test('without lines nothing is written, and what was pinned ends', async () => {
  const { pins, ran } = pinsWith(() => 0)
  expect(await pins.trySet(web, [])).toBe(false)
  expect(ran).toEqual([])
  await pins.trySet(web, ['10.0.0.1 api'])
  expect(await pins.trySet(web, [])).toBe(false)
  expect(ran).toEqual(['hold 10.0.0.1 api', 'end'])
})

test('a renewal that fails is followed by others, and by new pins if the container restarted', async () => {
  const { pins, ran, clock } = pinsWith((action, before) => {
    if (action === 'renew' && before === 0) throw new Error('The container is restarting.')
    return before === 1 ? 7 : 0
  })
  await pins.set(web, ['10.0.0.1 api'])
  await clock.sleep(50_000)
  pins.release()
  expect(ran.slice(0, 5)).toEqual(['hold 10.0.0.1 api', 'renew', 'renew', 'hold 10.0.0.1 api', 'renew'])
})
