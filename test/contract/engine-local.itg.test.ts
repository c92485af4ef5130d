import { afterAll } from 'vitest'
import { LocalShell } from '../../src/adapters/host/local-shell.ts'
import { ensureBaseImages } from '../support/images/base-images.ts'
import { engineContract } from './engine-contract.ts'

const shell = new LocalShell()
afterAll(() => shell[Symbol.asyncDispose]())

engineContract('the Engine of this machine', async () => ({ shell, image: (await ensureBaseImages()).nginx }))
