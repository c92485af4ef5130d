import { buildCommand } from './commands/ship/build.ts'
import { checkCommand } from './commands/set-up/check.ts'
import type { Command } from './command/command.ts'
import { cleanCommand } from './commands/operate/clean.ts'
import { completionCommand } from './commands/set-up/completion.ts'
import { composeCommand } from './commands/operate/compose.ts'
import { deployCommand } from './commands/ship/deploy.ts'
import { diffCommand } from './commands/inspect/diff.ts'
import { doctorCommand } from './commands/set-up/doctor.ts'
import { diskCommand } from './commands/inspect/disk.ts'
import { envCommand } from './commands/operate/env.ts'
import { execCommand } from './commands/operate/exec.ts'
import { gateCommand } from './commands/set-up/gate.ts'
import { historyCommand } from './commands/inspect/history.ts'
import { logsCommand } from './commands/operate/logs.ts'
import { imagesCommand } from './commands/inspect/images.ts'
import { initCommand } from './commands/set-up/init.ts'
import { planCommand } from './commands/ship/plan.ts'
import { promoteCommand } from './commands/ship/promote.ts'
import { rollbackCommand } from './commands/ship/rollback.ts'
import { runCommand } from './commands/operate/run.ts'
import { setupCommand } from './commands/set-up/setup.ts'
import { secretsCommand } from './commands/inspect/secrets.ts'
import { statusCommand } from './commands/inspect/status.ts'
import { taskCommand } from './commands/operate/task.ts'

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  buildCommand,
  promoteCommand,
  planCommand,
  deployCommand,
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
  initCommand,
  checkCommand,
  doctorCommand,
  setupCommand,
  gateCommand,
  completionCommand(() => commands),
]
