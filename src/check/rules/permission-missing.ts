import { secretsIn } from '../parse/github-expression.ts'
import { isCommand } from '../parse/shell-command.ts'
import { lines } from '../lines.ts'
import { inputOf, permissionOf, permissionsOf, type Job } from '../model/workflow.ts'
import { insertAt, type Edit, type Rule } from '../rule.ts'
import { textOf } from '../source-file.ts'

export const permissionMissing: Rule = {
  code: 'PERMISSION_MISSING',
  severity: 'error',
  title: 'A job pushes to GHCR without `packages: write`.',
  why: 'The push fails with `denied: installation not allowed to Create organization package`. A `permissions` block revokes every permission that it does not list. Without a block, most organisations allow read access only.',
  hint: 'Give the job `permissions: { contents: read, packages: write }`.',
  bad: workflowWith('      contents: read'),
  good: workflowWith('      contents: read', '      packages: write'),
  *check({ pushes }) {
    for (const { job, at, images } of pushes) {
      if (!images.some(({ image }) => image.registry === 'ghcr.io') || !usesJobToken(job)) continue
      const granted = permissionOf(job, 'packages')
      if (granted === 'write') continue
      const message =
        granted === undefined
          ? `The job \`${job.id}\` pushes to ghcr.io without a \`permissions\` block: the repository settings decide whether it can.`
          : `The job \`${job.id}\` pushes to ghcr.io, but its \`packages\` permission is \`${granted}\`.`
      yield {
        at: granted === undefined ? job.key : (permissionsOf(job)?.key ?? at),
        message,
        edits: grant(job),
      }
    }
  },
}

/** A login with another token has the permissions of that token. */
function usesJobToken(job: Job): boolean {
  const logins = job.steps.filter((step) => step.action === 'docker/login-action')
  const passwords = logins.flatMap((step) => inputOf(step, 'password')?.text ?? [])
  if (passwords.length > 0) return passwords.some(isJobToken)
  return job.commands.some((it) => isCommand(it, 'docker', 'login')) ? isJobToken(textOf(job.node)) : true
}

function isJobToken(text: string): boolean {
  return text.includes('GITHUB_TOKEN') || secretsIn(text).includes('GITHUB_TOKEN')
}

/** Adds a line to an existing block. Without a block, a person decides which other permissions the job needs. */
function grant(job: Job): Edit[] {
  const block = permissionsOf(job)?.value
  if (block?.kind !== 'map' || block.isFlow || block.entries.has('packages')) return []
  const last = [...block.entries.values()].at(-1)
  if (last === undefined) return []
  const { file, start } = last.key
  const lineStart = file.text.lastIndexOf('\n', start) + 1
  return [insertAt(file, last.value.end, `\n${file.text.slice(lineStart, start)}packages: write`)]
}

function workflowWith(...permissions: readonly string[]): Record<string, string> {
  return {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      'jobs:',
      '  build:',
      '    runs-on: ubuntu-latest',
      '    permissions:',
      ...permissions,
      '    steps:',
      '      - uses: docker/build-push-action@v7',
      '        with:',
      '          push: true',
      '          tags: ghcr.io/acme/shop:v1',
    ),
  }
}
