import { LocalRunner } from '../../src/adapters/host/local-runner.ts'
import { envStoreContract } from './env-store-contract.ts'

envStoreContract('the shell of this machine', () => Promise.resolve(new LocalRunner()))
