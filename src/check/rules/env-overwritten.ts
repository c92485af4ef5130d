import { lines } from '../lines.ts'
import { isRemotePath } from '../model/deploys.ts'
import { argumentsOf } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'

export const envOverwritten: Rule = {
  code: 'ENV_OVERWRITTEN',
  severity: 'error',
  title: "A deploy overwrites the server's `.env`.",
  why: 'Changes made on the server are lost at the next deploy, and a secret that is missing on GitHub becomes an empty value. The values are also in the memory of the runner, and often in its log.',
  hint: 'Write `.env` on the server once, by hand. Pass deploy-time values such as IMAGE_TAG to the command.',
  bad: { 'deploy.sh': lines('set -eu', 'scp .env deploy@shop.example.com:/srv/shop/.env') },
  good: { 'deploy.sh': lines('set -eu', 'scp docker-compose.yml deploy@shop.example.com:/srv/shop/') },
  *check({ commands }) {
    for (const command of commands) {
      const { program } = command
      const words = argumentsOf(command)
      const destination = words.at(-1) ?? ''
      const copies =
        (program === 'scp' || program === 'rsync') &&
        isRemotePath(destination) &&
        words.some((word) => /(^|\/)\.env(\.(prod|production))?$/.test(word) && !isRemotePath(word))
      // `ssh host "cat > .env"`, and with `tee .env`: it is part of the remote command.
      const written = [...command.redirects, ...(program === 'tee' ? command.words.slice(1) : [])]
      const target = command.isOnServer ? written.find(({ text }) => /(^|\/)\.env$/.test(text)) : undefined
      if (copies && !words.some((word) => /^--exclude/.test(word)))
        yield { at: command, message: "This command copies a `.env` over the server's." }
      else if (target !== undefined)
        yield { at: target, message: "This command overwrites the server's `.env`." }
    }
  },
}
