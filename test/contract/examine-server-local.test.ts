import { LocalRunner } from '../../src/adapters/host/local-runner.ts'
import { examineServerContract } from './examine-server-contract.ts'

examineServerContract('the shell of this machine', () => Promise.resolve(new LocalRunner()))
