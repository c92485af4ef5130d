import { lines } from '../lines.ts'
import { isMirror, isRemotePath } from '../model/deploys.ts'
import { flagOf } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'

export const rsyncDeletes: Rule = {
  code: 'RSYNC_DELETES',
  severity: 'warning',
  title: 'An rsync with `--delete` removes files that exist only on the server.',
  why: "Uploads, certificates, backups and data directories in the app's directory are not in the repository, so rsync deletes them. With `--delete-excluded`, it deletes `.env` too.",
  hint: 'Remove `--delete`, or copy to a directory that holds only copied files.',
  bad: {
    'deploy.sh': lines(
      'set -eu',
      "rsync -az --delete --exclude='.env' ./ deploy@shop.example.com:/srv/shop/",
    ),
  },
  good: { 'deploy.sh': lines('set -eu', "rsync -az --exclude='.env' ./ deploy@shop.example.com:/srv/shop/") },
  *check({ commands }) {
    for (const command of commands) {
      if (command.program !== 'rsync' || !command.words.some(({ text }) => isRemotePath(text))) continue
      if (isMirror(command)) continue
      const at = flagOf(
        command,
        '--delete',
        '--del',
        '--delete-after',
        '--delete-before',
        '--delete-during',
        '--delete-delay',
        '--delete-excluded',
      )
      if (at === undefined) continue
      const message =
        at.text === '--delete-excluded'
          ? 'This rsync deletes the excluded files on the server, including `.env`.'
          : 'This rsync deletes files on the server that are not in the repository.'
      yield { at, message }
    }
  },
}
