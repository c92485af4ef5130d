import { busyBoxShell } from '../support/hosts/busybox-shell.ts'
import { foreignDirectoryContract } from './foreign-directory-contract.ts'

foreignDirectoryContract('BusyBox, as Alpine has it', busyBoxShell)
