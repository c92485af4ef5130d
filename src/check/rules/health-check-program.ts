import { lines } from '../lines.ts'
import { settingOf } from '../model/compose.ts'
import { buildText, dockerfileOf } from '../model/own-images.ts'
import { finalStages } from '../parse/dockerfile.ts'
import { childOf, scalarsOf } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const healthCheckProgram: Rule = {
  code: 'HEALTH_CHECK_PROGRAM',
  severity: 'error',
  title: 'A health check runs a program that the image does not have.',
  why: 'The check always fails, even if the app works: the deploy waits for its timeout and is undone.',
  hint: 'Install the program in the last stage of the Dockerfile, or use one that the image has: `wget -qO- URL` on Alpine, `node -e`, `python -c`.',
  bad: {
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    build: .',
      '    healthcheck:',
      '      test: ["CMD", "curl", "-f", "http://localhost:8000/health"]',
    ),
    Dockerfile: lines('FROM node:22-alpine', 'EXPOSE 8000', 'CMD ["node", "server.js"]'),
  },
  good: {
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    build: .',
      '    healthcheck:',
      '      test: ["CMD", "wget", "-qO-", "http://localhost:8000/health"]',
    ),
    Dockerfile: lines('FROM node:22-alpine', 'EXPOSE 8000', 'CMD ["node", "server.js"]'),
  },
  *check(repository) {
    for (const service of repository.apps.flatMap(({ services }) => services)) {
      const test = childOf(settingOf(service, 'healthcheck'), 'test')
      const source = dockerfileOf(service, repository)
      if (test === undefined || source === undefined) continue
      const { image } = finalStages(source.dockerfile, source.target)
      const words = scalarsOf(test).map(({ text }) => text)
      const form = test.kind === 'list' ? words[0] : 'CMD-SHELL'
      const command =
        form === 'CMD'
          ? (words[1] ?? '')
          : form === 'CMD-SHELL'
            ? words.slice(test.kind === 'list' ? 1 : 0).join(' ')
            : ''
      const built = buildText(source.dockerfile, source.target)
      const name = source.dockerfile.file.path
      if (form === 'CMD-SHELL' && hasNothing(image) && !/busybox/.test(built)) {
        yield {
          at: test,
          message: `The health check of \`${service.name}\` needs a shell, and \`${image}\` (${name}) has no shell.`,
        }
        continue
      }
      const program = form === 'CMD' ? command.replace(/^.*\//, '') : /^\s*(\w+)/.exec(command)?.[1]
      if (program !== 'curl' && program !== 'wget') continue
      const isInstalled = new RegExp(`\\b${program}\\b`).test(built.replaceAll(/^HEALTHCHECK.*$/gm, ''))
      if (!isInstalled && lacks(image, program))
        yield {
          at: test,
          message: `The health check of \`${service.name}\` runs ${program}, which \`${image}\` does not have and ${name} does not install.`,
        }
    }
  },
}

function hasNothing(image: string): boolean {
  return (
    image === 'scratch' ||
    (/distroless/.test(image) && !/debug/.test(image)) ||
    /^cgr\.dev\/chainguard\/static/.test(image)
  )
}

/**
 * Whether an official image lacks the program, by its Dockerfile (docker-library, nodejs/docker-node and
 * rust-lang/docker-rust on GitHub, November 2026): slim variants remove their download tools. False for other images.
 */
function lacks(image: string, program: 'curl' | 'wget'): boolean {
  const [, name = '', tag = ''] =
    /^(?:docker\.io\/)?(?:library\/)?([a-z-]+)(?::([\w.-]+))?(?:@.*)?$/.exec(image) ?? []
  if (hasNothing(image)) return true
  const languages = ['node', 'python', 'ruby', 'golang', 'php', 'rust', 'eclipse-temurin', 'openjdk']
  // BusyBox has wget. php has curl in every variant, eclipse-temurin in some.
  if (/alpine/.test(`${name}:${tag}`))
    return (
      program === 'curl' && (name === 'alpine' || ['node', 'python', 'ruby', 'golang', 'rust'].includes(name))
    )
  if (/slim/.test(tag)) return languages.slice(0, 3).includes(name) || name === 'debian'
  return name === 'debian' || name === 'ubuntu'
}
