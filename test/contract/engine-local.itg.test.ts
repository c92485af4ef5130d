import { afterAll } from 'vitest'
import { LocalRunner } from '../../src/adapters/host/local-runner.ts'
import { ensureBaseImages } from '../support/images/base-images.ts'
import { engineContract } from './engine-contract.ts'

const runner = new LocalRunner()
afterAll(() => runner[Symbol.asyncDispose]())

engineContract('the Engine of this machine', async () => ({
  runner,
  image: (await ensureBaseImages()).nginx,
}))
