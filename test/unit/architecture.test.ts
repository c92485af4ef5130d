import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { cruise, type ICruiseResult, type IConfiguration } from 'dependency-cruiser'
import { expect, onTestFinished, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const configuration = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as IConfiguration

/** Every broken rule of the layers in `src` below a directory, as `rule: from -> to`. */
async function violationsIn(baseDir: string): Promise<string[]> {
  const { tsConfig: _, ...options } = configuration.options ?? {}
  const { output } = await cruise(['src'], {
    ...options,
    baseDir,
    ruleSet: { forbidden: configuration.forbidden },
    validate: true,
  })
  return (output as ICruiseResult).summary.violations.map(
    ({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`,
  )
}

async function makeTree(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'dray-layers-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(directory, name)), { recursive: true })
    await writeFile(path.join(directory, name), text)
  }
  return directory
}

test('the layers of the source keep their rules', async () => {
  expect(await violationsIn(root)).toEqual([])
})

test('reports a tree that breaks the rules', async () => {
  const nothing = 'export const a = 1\n'
  const directory = await makeTree({
    'src/deploy/plan.ts':
      "import '../ui/draw.ts'\nimport 'node:fs'\nimport 'node:child_process'\nimport type { B } from '../adapters/ssh.ts'\nexport type A = B\n",
    'src/adapters/ssh.ts': "import '../config/load.ts'\nexport type B = string\n",
    'src/ui/draw.ts': "import '../adapters/ssh.ts'\n",
    'src/config/load.ts': nothing,
    'src/shared/one.ts': "import './two.ts'\nimport '../deploy/plan.ts'\n",
    'src/shared/two.ts': "import './one.ts'\n",
    'src/errors/error.ts': "import '../shared/three.ts'\n",
    'src/shared/three.ts': nothing,
    'src/cli/run.ts': "import '../main.ts'\n",
    'src/main.ts': nothing,
    'src/cli/command/context.ts': "import '../commands/ship/deploy.ts'\n",
    'src/cli/commands/ship/deploy.ts': "import '../../build-program.ts'\n",
    'src/cli/build-program.ts': nothing,
    'src/ui/terminal/style.ts': "import '../render/table.ts'\n",
    'src/ui/render/table.ts': "import '../reporters/lines.ts'\n",
    'src/ui/reporters/lines.ts': nothing,
    'src/deploy/model/step.ts': "import '../plan/make-plan.ts'\n",
    'src/deploy/plan/make-plan.ts': "import '../execute/undo.ts'\n",
    'src/deploy/execute/undo.ts': "import '../releases/rollback.ts'\n",
    'src/deploy/releases/rollback.ts': nothing,
    'src/operations/status/status.ts':
      "import '../../ui/draw.ts'\nimport '../../check/check.ts'\nimport 'node:os'\n",
    'src/operations/secrets/matrix.ts': "import '../../check/check.ts'\n",
    'src/check/check.ts': nothing,
  })
  expect((await violationsIn(directory)).sort()).toEqual([
    'adapters-face-the-world: src/adapters/ssh.ts -> src/config/load.ts',
    'command-knows-no-command: src/cli/command/context.ts -> src/cli/commands/ship/deploy.ts',
    'commands-parse-nothing: src/cli/commands/ship/deploy.ts -> src/cli/build-program.ts',
    'deploy-knows-only-itself: src/deploy/plan.ts -> src/adapters/ssh.ts',
    'deploy-knows-only-itself: src/deploy/plan.ts -> src/ui/draw.ts',
    'deploy-touches-nothing: src/deploy/plan.ts -> child_process',
    'deploy-touches-nothing: src/deploy/plan.ts -> fs',
    'errors-stand-alone: src/errors/error.ts -> src/shared/three.ts',
    'execute-decides-nothing: src/deploy/execute/undo.ts -> src/deploy/releases/rollback.ts',
    'model-is-the-ground: src/deploy/model/step.ts -> src/deploy/plan/make-plan.ts',
    'no-cycles: src/shared/one.ts -> src/shared/two.ts',
    'nothing-imports-main: src/cli/run.ts -> src/main.ts',
    'operations-decide: src/operations/status/status.ts -> src/ui/draw.ts',
    'operations-touch-nothing: src/operations/status/status.ts -> os',
    'plan-does-nothing: src/deploy/plan/make-plan.ts -> src/deploy/execute/undo.ts',
    'render-reports-nothing: src/ui/render/table.ts -> src/ui/reporters/lines.ts',
    'secrets-alone-read-checks: src/operations/status/status.ts -> src/check/check.ts',
    'shared-is-the-ground: src/shared/one.ts -> src/deploy/plan.ts',
    'terminal-is-the-ground-of-ui: src/ui/terminal/style.ts -> src/ui/render/table.ts',
    'ui-draws: src/ui/draw.ts -> src/adapters/ssh.ts',
  ])
})
