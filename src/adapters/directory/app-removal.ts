import type { DirectoryRemoval } from '../../operations/remove/removal-host.ts'
import type { AppPlace } from './app-place.ts'
import { readHashes } from './file-hashes.ts'
import { runScript, scriptFailure } from './host-script.ts'
import { removeFilesScript, surveyRemovalScript } from './removal-scripts.ts'
import { parseSections, sectionText } from './sections.ts'

/** Removes an app's files on the host of `runner`. */
export function createDirectoryRemoval({
  runner,
  path,
}: Pick<AppPlace, 'runner' | 'path'>): DirectoryRemoval {
  const run = async (what: string, script: string, files: readonly string[]): Promise<string> => {
    const input = files.map((file) => `${file}\n`).join('')
    const output = await runScript(runner, script, { args: [path], input })
    if (output.exitCode === 0) return output.stdout
    throw scriptFailure(output, { host: runner.name, path, what })
  }
  return {
    path,
    survey: async (files) => {
      const sections = parseSections(await run('reading the directory', surveyRemovalScript, files))
      const text = (name: string): string => sectionText(sections, name) ?? ''
      const lines = (name: string): string[] =>
        text(name)
          .split('\n')
          .filter((line) => line !== '')
      return {
        hashes: readHashes(text('hashes')),
        written: lines('written'),
        envFiles: lines('env'),
        outside: lines('outside'),
        unwritable: lines('unwritable'),
        hasAdopted: lines('adopted').length > 0,
        hasRecords: lines('records').length > 0,
        isCheckout: lines('checkout').length > 0,
        entries: lines('entries'),
        otherDirectories: lines('other-directories').map((line) => {
          const [project = '', service = '', ...directory] = line.split('|')
          return { project, service, path: directory.join('|') }
        }),
      }
    },
    remove: async (files) => {
      await run('removing the files', removeFilesScript, files)
    },
  }
}
