import type { DirectoryObservation } from '../../deploy/model/ports.ts'

/** The lines of `other_directories` in scripts.ts. */
export function readOtherDirectories(
  text: string,
): Pick<DirectoryObservation, 'otherDirectories' | 'goneDirectories'> {
  const read = (state: 'there' | 'gone') =>
    text.split('\n').flatMap((line) => {
      const [found, project = '', service = '', ...directory] = line.split('|')
      return found === state ? [{ project, service, path: directory.join('|') }] : []
    })
  return { otherDirectories: read('there'), goneDirectories: read('gone') }
}
