import type { DirectoryObservation } from '../../deploy/model/ports.ts'

/** The lines of `other_directories` in scripts.ts. */
export function readOtherDirectories(text: string): DirectoryObservation['otherDirectories'] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [project = '', service = '', ...directory] = line.split('|')
      return { project, service, path: directory.join('|') }
    })
}
