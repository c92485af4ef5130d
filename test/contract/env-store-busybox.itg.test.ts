import { busyBoxShell } from '../support/hosts/busybox-shell.ts'
import { envStoreContract } from './env-store-contract.ts'

envStoreContract('BusyBox, as Alpine has it', busyBoxShell)
