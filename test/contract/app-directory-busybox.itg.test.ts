import { appDirectoryContract } from './app-directory-contract.ts'
import { busyBoxShell } from '../support/hosts/busybox-shell.ts'

appDirectoryContract('BusyBox, as Alpine has it', busyBoxShell)
