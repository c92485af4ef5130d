import { appDirectoryContract } from './app-directory-contract.ts'
import { busyBoxShell } from './busybox-shell.ts'

appDirectoryContract('BusyBox, as Alpine has it', busyBoxShell)
