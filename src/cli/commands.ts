import { defineCommand, type Command } from './command/command.ts'
import { diffCommand } from './commands/inspect/diff.ts'
import { diskCommand } from './commands/inspect/disk.ts'
import { historyCommand } from './commands/inspect/history.ts'
import { imagesCommand } from './commands/inspect/images.ts'
import { secretsCommand } from './commands/inspect/secrets.ts'
import { statusCommand } from './commands/inspect/status.ts'
import { uiCommand } from './commands/inspect/ui/ui.ts'
import { cleanCommand } from './commands/operate/clean.ts'
import { composeCommand } from './commands/operate/compose.ts'
import { envCommand } from './commands/operate/env/env.ts'
import { execCommand } from './commands/operate/exec.ts'
import { logsCommand } from './commands/operate/logs.ts'
import { removeCommand } from './commands/operate/remove.ts'
import { runCommand } from './commands/operate/run.ts'
import { taskCommand } from './commands/operate/task.ts'
import { checkCommand } from './commands/set-up/check.ts'
import { completionCommand } from './commands/set-up/completion.ts'
import { doctorCommand } from './commands/set-up/doctor.ts'
import { gateCommand } from './commands/set-up/gate.ts'
import { initCommand } from './commands/set-up/init.ts'
import { setupCommand } from './commands/set-up/setup.ts'
import { upgradeCommand } from './commands/set-up/upgrade.ts'
import { buildCommand } from './commands/ship/build.ts'
import { deployCommand } from './commands/ship/deploy.ts'
import { planCommand } from './commands/ship/plan.ts'
import { promoteCommand } from './commands/ship/promote.ts'
import { rollbackCommand } from './commands/ship/rollback.ts'

/** Every command with the function that runs it, in the order of the help. */
export const commands: readonly Command[] = [
  defineCommand(buildCommand, async () => (await import('./commands/ship/run-build.ts')).runBuild),
  defineCommand(promoteCommand, async () => (await import('./commands/ship/run-promote.ts')).runPromote),
  defineCommand(planCommand, async () => (await import('./commands/ship/run-deploy.ts')).runPlan),
  defineCommand(deployCommand, async () => (await import('./commands/ship/run-deploy.ts')).runDeploy),
  defineCommand(rollbackCommand, async () => (await import('./commands/ship/run-rollback.ts')).runRollback),
  defineCommand(statusCommand, async () => (await import('./commands/inspect/run-status.ts')).runStatus),
  defineCommand(uiCommand, async () => (await import('./commands/inspect/ui/run-ui.ts')).runUi),
  defineCommand(historyCommand, async () => (await import('./commands/inspect/run-history.ts')).runHistory),
  defineCommand(diffCommand, async () => (await import('./commands/inspect/run-diff.ts')).runDiff),
  defineCommand(diskCommand, async () => (await import('./commands/inspect/run-disk.ts')).runDisk),
  defineCommand(secretsCommand, async () => (await import('./commands/inspect/run-secrets.ts')).runSecrets),
  defineCommand(imagesCommand, async () => (await import('./commands/inspect/run-images.ts')).runImages),
  defineCommand(logsCommand, async () => (await import('./commands/operate/show-logs.ts')).showLogs),
  defineCommand(
    execCommand,
    async () => (await import('./commands/operate/exec-in-service.ts')).execInService,
  ),
  defineCommand(runCommand, async () => (await import('./commands/operate/run-one-off.ts')).runOneOff),
  defineCommand(taskCommand, async () => (await import('./commands/operate/run-task.ts')).runTask),
  defineCommand(composeCommand, async () => (await import('./commands/operate/run-compose.ts')).runCompose),
  defineCommand(envCommand, async () => (await import('./commands/operate/env/run-env.ts')).runEnv),
  defineCommand(cleanCommand, async () => (await import('./commands/operate/run-clean.ts')).runClean),
  defineCommand(removeCommand, async () => (await import('./commands/operate/run-remove.ts')).runRemove),
  defineCommand(initCommand, async () => (await import('./commands/set-up/run-init.ts')).runInit),
  defineCommand(checkCommand, async () => (await import('./commands/set-up/run-check.ts')).runCheck),
  defineCommand(doctorCommand, async () => (await import('./commands/set-up/run-doctor.ts')).runDoctor),
  defineCommand(setupCommand, async () => (await import('./commands/set-up/run-setup.ts')).runSetup),
  defineCommand(gateCommand, async () => (await import('./commands/set-up/run-gate.ts')).runGate),
  defineCommand(upgradeCommand, async () => (await import('./commands/set-up/run-upgrade.ts')).runUpgrade),
  defineCommand(completionCommand, async () => {
    const { runCompletion } = await import('./commands/set-up/run-completion.ts')
    return (input, context) => runCompletion(input, { commands, context })
  }),
]
