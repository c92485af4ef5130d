import { LocalRunner } from '../../src/adapters/host/local-runner.ts'
import { appDirectoryContract } from './app-directory-contract.ts'

appDirectoryContract('the shell of this machine', () => Promise.resolve(new LocalRunner()))
