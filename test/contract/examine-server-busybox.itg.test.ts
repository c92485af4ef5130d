import { busyBoxShell } from '../support/hosts/busybox-shell.ts'
import { examineServerContract } from './examine-server-contract.ts'

examineServerContract('BusyBox, as Alpine has it', busyBoxShell)
