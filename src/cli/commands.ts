import type { Command } from './command.ts'
import { deployCommand } from './deploy.ts'
import { planCommand } from './plan.ts'

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [deployCommand, planCommand]
