import { describe, expect, test } from 'vitest'
import { createInterrupts } from '../../src/cli/interrupts.ts'
import { toFailure } from '../../src/cli/command/to-failure.ts'
import { DeployFailed, toDrayError } from '../../src/deploy/execute/failure.ts'
import type { Plan } from '../../src/deploy/model/plan.ts'
import { DrayError } from '../../src/errors/dray-error.ts'

describe('an error as it is reported', () => {
  test('has the title, hint and exit code of its code', () => {
    expect(toFailure(new DrayError('ENV_MISSING', 'a has no .env.'), false)).toMatchObject({
      code: 'ENV_MISSING',
      title: "The app's directory on the server has no `.env`.",
      message: 'a has no .env.',
      exitCode: 3,
    })
  })

  test('that is not ours is a defect, without its stack', () => {
    const failure = toFailure(new TypeError('x is not a function'), false)
    expect(failure).toMatchObject({ code: 'INTERNAL', exitCode: 4, details: {} })
    expect(failure.message).toMatch(/^TypeError: x is not a function \(dray \d/)
    expect(failure.hint).toContain('--debug')
  })

  test('that is a defect in the middle of a deploy says so, and what serves', () => {
    const undone = {
      undone: ['files restored'],
      notUndone: [],
      serving: 'r1 is serving.',
      servingRelease: 'r1',
    }
    const plan = { steps: [] } as unknown as Plan
    const error = new DeployFailed(toDrayError(new TypeError('x is not a function')), { undone, plan })
    const failure = toFailure(error, false)
    expect(failure.message).toMatch(/^TypeError: x is not a function \(dray \d/)
    expect(failure).toMatchObject({ code: 'INTERNAL', exitCode: 4, serving: 'r1 is serving.' })
    expect(toFailure(error, true).details.logTail?.join('\n')).toContain('TypeError: x is not a function')
  })

  test('that names a defect of dray is shown with the version, unless it has a hint of its own', () => {
    const failure = toFailure(new DrayError('INTERNAL', 'There is no host.'), false)
    expect(failure.message).toMatch(/^There is no host\. \(dray \d/)
    expect(failure.hint).toContain('--debug')
    const other = new DrayError('INTERNAL', 'Not built.', { hint: 'Build it.' })
    expect(toFailure(other, false)).toMatchObject({ message: 'Not built.', hint: 'Build it.' })
  })

  test('has its stack and those of its causes under --debug', () => {
    const cause = new Error('inner')
    const { details } = toFailure(new Error('outer', { cause }), true)
    const stack = details.logTail?.join('\n') ?? ''
    expect(stack).toContain('Error: outer')
    expect(stack).toContain('caused by Error: inner')
  })

  test('keeps the log of the app under --debug', () => {
    const error = new DrayError('TASK_FAILED', 'x', { details: { logTail: ['boom'], logOf: 'migrate' } })
    expect(toFailure(error, true).details).toEqual({ logTail: ['boom'], logOf: 'migrate' })
  })
})

describe('Ctrl-C', () => {
  const make = () => {
    const said: string[] = []
    const exits: number[] = []
    const interrupts = createInterrupts({ say: (line) => said.push(line), exit: (code) => exits.push(code) })
    return { said, exits, interrupts }
  }

  test('once aborts with CANCELLED', () => {
    const { said, exits, interrupts } = make()
    expect(interrupts.signal.aborted).toBe(false)
    interrupts.take('SIGINT')
    expect(interrupts.signal.reason).toMatchObject({ code: 'CANCELLED', exitCode: 130 })
    expect([said.length, exits]).toEqual([1, []])
  })

  test('twice prints the current state', () => {
    const { said, exits, interrupts } = make()
    interrupts.take('SIGINT')
    interrupts.take('SIGINT')
    expect(said[1]).toContain('Still stopping')
    expect(exits).toEqual([])
  })

  test('three times ends at once', () => {
    const { exits, interrupts } = make()
    for (const name of ['SIGINT', 'SIGTERM', 'SIGINT']) interrupts.take(name)
    expect(exits).toEqual([130])
  })
})
