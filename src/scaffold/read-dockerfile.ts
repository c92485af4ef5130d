import { copySources } from '../check/model/context-copies.ts'
import { finalStages, parseDockerfile, type Instruction } from '../check/parse/dockerfile.ts'
import { findPort, type FoundPort } from './find-port.ts'

/** Facts from a Dockerfile that `dray init` needs. */
export type DockerfileFacts = {
  /** The port that it listens on; undefined if nothing names it. */
  port: FoundPort | undefined
  hasHealthCheck: boolean
  /** Programs that a health check can use, best first. */
  clients: readonly ('curl' | 'wget' | 'node' | 'python')[]
  /** A build argument that takes the version of the app. */
  versionArgument: string | undefined
  /** Whether it copies this directory, or from paths in it: its build context is then the directory above. */
  copiesFrom: (directory: string) => boolean
  /** The paths that it copies from its build context, as far as they are written in full. */
  sources: readonly string[]
}

/** Reads the instructions of a Dockerfile; only the last stage and its base stages count. */
export function readDockerfile(text: string): DockerfileFacts {
  const dockerfile = parseDockerfile({ path: 'Dockerfile', text })
  const { globals, stages } = dockerfile
  const all = [...globals, ...stages.flatMap(({ instructions }) => instructions)]
  const image = finalStages(dockerfile).stages.toReversed()
  const valuesOf = (name: string): string[] => image.flatMap((stage) => values(name, stage.instructions))
  return {
    port: findPort({
      exposed: valuesOf('EXPOSE'),
      commands: [...valuesOf('ENTRYPOINT'), ...valuesOf('CMD')],
      variables: valuesOf('ENV'),
      base: image[0]?.base ?? '',
    }),
    hasHealthCheck: valuesOf('HEALTHCHECK').some((value) => !/^NONE\b/i.test(value)),
    clients: clientsOf(
      valuesOf('RUN').join('\n'),
      image.map(({ base }) => base),
    ),
    versionArgument: values('ARG', all)
      .map((value) => /^\w+/.exec(value)?.[0] ?? '')
      .find((argument) => ['APP_VERSION', 'VERSION', 'GIT_SHA', 'COMMIT_SHA'].includes(argument)),
    copiesFrom: (directory) =>
      [...values('COPY', all), ...values('ADD', all)].some((value) => isCopyFrom(directory, value)),
    sources: copySources(dockerfile).map(({ source }) => source),
  }
}

function values(name: string, instructions: readonly Instruction[]): string[] {
  return instructions.filter((it) => it.name === name).map(({ value }) => value)
}

function isCopyFrom(directory: string, value: string): boolean {
  // The lines below the first are the text of a here-document.
  const [line = ''] = value.split('\n')
  return (
    !line.includes('--from=') &&
    line
      .split(/\s+/)
      .map((part) => `${part.replace(/^\.\//, '')}/`)
      .some((part) => part.startsWith(`${directory}/`))
  )
}

/** From the installed packages and the base image; Alpine images have BusyBox's wget. */
function clientsOf(installs: string, bases: readonly string[]): DockerfileFacts['clients'] {
  const base = bases.join('\n')
  const has = {
    curl: /\b(?:apt-get|apt|apk|dnf|yum|microdnf)\b[^\n]*\bcurl\b/.test(installs),
    wget: /alpine|busybox/.test(base) || /\b(?:apt-get|apt|apk)\b[^\n]*\bwget\b/.test(installs),
    node: /(?:^|\/)node:/m.test(base),
    python: /(?:^|\/)python:/m.test(base),
  }
  return (['curl', 'wget', 'node', 'python'] as const).filter((name) => has[name])
}
