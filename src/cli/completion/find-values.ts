import { readServiceNames } from '../../adapters/source/service-names.ts'
import { listEnvironments, listTasks, loadConfig } from '../../config/load-config.ts'
import type { Completion } from './complete-line.ts'

/**
 * Finds the values of the placeholders `ENVIRONMENT`, `SERVICE`, `HOST`, `HOST_OR_NODE` and `TASK` in the files of the current directory.
 * Empty for other placeholders, and if a file cannot be read: a completion reports no errors.
 */
export async function findValues(completion: Completion, cwd: string): Promise<readonly string[]> {
  try {
    return await lookUp(completion, cwd)
  } catch {
    return []
  }
}

async function lookUp(
  { placeholder, environment, configPath }: Completion,
  cwd: string,
): Promise<readonly string[]> {
  const config = (): ReturnType<typeof loadConfig> =>
    loadConfig({ cwd, configPath, environmentName: environment ?? '' })
  switch (placeholder) {
    case 'ENVIRONMENT':
      return listEnvironments(cwd, configPath)
    case 'TASK':
      return listTasks(cwd, configPath)
    case 'HOST':
      return (await config()).environment.hosts
    case 'HOST_OR_NODE': {
      const { hosts, nodes } = (await config()).environment
      return [...hosts, ...nodes]
    }
    case 'SERVICE': {
      const { projectDirectory, environment: chosen } = await config()
      return readServiceNames(projectDirectory, chosen.composeFiles)
    }
    default:
      return []
  }
}
