import { LocalRunner } from '../../src/adapters/host/local-runner.ts'
import { foreignDirectoryContract } from './foreign-directory-contract.ts'

foreignDirectoryContract('the shell of this machine', () => Promise.resolve(new LocalRunner()))
