import { writeActionTree } from '../../../../scripts/package/action-tree.mjs'
import { command } from '../../../support/images/command.ts'

/**
 * Makes a repository with a release of the action: the branch has no dist/, as on GitHub, and the tags v1 and v1.0.0 are on a
 * commit that has it. Returns its directory.
 */
export async function releaseAction(directory: string): Promise<string> {
  const git = (...args: string[]): Promise<string> =>
    command(['git', '-C', directory, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args])
  await command(['git', 'init', '-q', '-b', 'main', directory])
  await git('commit', '-q', '--allow-empty', '-m', 'The sources')
  await git('checkout', '-q', '--detach')
  writeActionTree(directory)
  // A .gitignore of the user may name dist.
  await git('add', '--all', '--force')
  await git('commit', '-q', '-m', 'Release 1.0.0')
  await git('tag', 'v1.0.0')
  await git('tag', 'v1')
  await git('checkout', '-q', 'main')
  return directory
}
