import { lines } from '../lines.ts'
import { isMirror, isRemotePath } from '../model/deploys.ts'
import { type ShellCommand } from '../parse/shell-command.ts'
import { insertAt, type Rule } from '../rule.ts'

export const rsyncOverwritesEnv: Rule = {
  code: 'RSYNC_OVERWRITES_ENV',
  severity: 'error',
  title: "An rsync may overwrite the server's `.env`.",
  why: "The server's `.env` is the only place that holds its secrets. A `.env` in the working directory, from a test or a laptop, replaces it.",
  hint: "Add `--exclude='.env'`.",
  bad: { 'deploy.sh': lines('set -eu', 'rsync -az ./ deploy@shop.example.com:/srv/shop/') },
  good: { 'deploy.sh': lines('set -eu', "rsync --exclude='.env' -az ./ deploy@shop.example.com:/srv/shop/") },
  *check({ commands }) {
    for (const command of commands) {
      const [program] = command.words
      if (program === undefined || !copiesDirectory(command) || leavesEnv(command) || isMirror(command))
        continue
      yield {
        at: command,
        message: "This rsync overwrites the server's `.env` if there is a `.env` here.",
        edits: command.isBare ? [insertAt(command.file, program.end, " --exclude='.env'")] : [],
      }
    }
  },
}

/** Options of rsync whose value is the next word. */
const valued =
  /^(?:-e|-f|-M|-B|-T|--(?:rsh|exclude|include|filter|exclude-from|include-from|files-from|rsync-path|chmod|chown|port|timeout|bwlimit|password-file|link-dest|backup-dir|temp-dir|log-file|out-format))$|^-[a-zA-Z]*e$/

function copiesDirectory(command: ShellCommand): boolean {
  if (command.program !== 'rsync') return false
  const words = command.words.slice(1).map(({ text }) => text)
  const paths = words.filter((word, index) => !word.startsWith('-') && !valued.test(words[index - 1] ?? ''))
  const target = paths.at(-1)
  if (target === undefined || !isRemotePath(target)) return false
  // The root of the repository, or a path that may be the root. A directory in it has a name.
  return paths
    .slice(0, -1)
    .some((path) => /^(?:\.|\.\/|\*|\.\/\*|\.\/\.|\$\{?\w+\}?\/?|\$\{\{.*\}\}\/?)$/.test(path))
}

function leavesEnv({ words }: ShellCommand): boolean {
  return words.some(({ text }, index) => {
    const [, inline] = /^--(?:exclude|filter)=(.*)$/.exec(text) ?? []
    const value = inline ?? (/^(?:--exclude|--filter|-f)$/.test(text) ? words[index + 1]?.text : undefined)
    const isList = /^--(?:exclude-from|files-from)/.test(text) || text === '-C'
    return (
      isList ||
      (value !== undefined &&
        /^(?:- |:- ?|-\/ )?\/?(?:\*\*\/)?(?:\.env\*?|\.\*|\.env\.?\*|\*|\.gitignore)$/.test(value)) ||
      /:-.*\.gitignore/.test(value ?? '')
    )
  })
}
