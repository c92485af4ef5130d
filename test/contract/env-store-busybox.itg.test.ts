import { busyBoxShell } from './busybox-shell.ts'
import { envStoreContract } from './env-store-contract.ts'

envStoreContract('BusyBox, as Alpine has it', busyBoxShell)
