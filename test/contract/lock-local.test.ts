import { LocalRunner } from '../../src/adapters/host/local-runner.ts'
import { lockContract } from './lock-contract.ts'

lockContract('the shell of this machine', () => Promise.resolve(new LocalRunner()))
