import { LocalShell } from '../../src/adapters/host/local-shell.ts'
import { shellContract } from './shell-contract.ts'

shellContract('this machine', () => Promise.resolve(new LocalShell()))
