import { buildCommand } from './build.ts'
import { checkCommand } from './check.ts'
import type { Command } from './command.ts'
import { cleanCommand } from './clean.ts'
import { completionCommand } from './completion.ts'
import { composeCommand } from './compose.ts'
import { deployCommand } from './deploy.ts'
import { diffCommand } from './diff.ts'
import { doctorCommand } from './doctor.ts'
import { diskCommand } from './disk.ts'
import { envCommand } from './env.ts'
import { execCommand } from './exec.ts'
import { gateCommand } from './gate.ts'
import { historyCommand } from './history.ts'
import { logsCommand } from './logs.ts'
import { imagesCommand } from './images.ts'
import { initCommand } from './init.ts'
import { planCommand } from './plan.ts'
import { promoteCommand } from './promote.ts'
import { rollbackCommand } from './rollback.ts'
import { runCommand } from './run.ts'
import { setupCommand } from './setup.ts'
import { secretsCommand } from './secrets.ts'
import { statusCommand } from './status.ts'
import { taskCommand } from './task.ts'

/** Every command, in the order of the help within its theme. */
export const commands: readonly Command[] = [
  initCommand,
  buildCommand,
  promoteCommand,
  deployCommand,
  planCommand,
  rollbackCommand,
  statusCommand,
  historyCommand,
  diffCommand,
  diskCommand,
  secretsCommand,
  imagesCommand,
  logsCommand,
  execCommand,
  runCommand,
  taskCommand,
  composeCommand,
  envCommand,
  cleanCommand,
  checkCommand,
  doctorCommand,
  setupCommand,
  gateCommand,
  completionCommand(() => commands),
]
