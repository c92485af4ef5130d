/** Facts from a Dockerfile that `dray init` needs. */
export type DockerfileFacts = {
  /** The first exposed port. */
  port: number | undefined
  hasHealthCheck: boolean
  /** Programs that a health check can use, best first. */
  clients: readonly ('curl' | 'wget' | 'node' | 'python')[]
  /** A build argument that takes the version of the app. */
  versionArgument: string | undefined
  /** Whether it copies from paths that begin with this directory: its build context is then the directory above. */
  copiesFrom: (directory: string) => boolean
}

type Instruction = { name: string; rest: string }

/** Reads the instructions of a Dockerfile; only the last stage and its base stages count. */
export function readDockerfile(text: string): DockerfileFacts {
  const all = readInstructions(text)
  const image = imageInstructions(all)
  const rests = (name: string): string[] => image.filter((it) => it.name === name).map(({ rest }) => rest)
  const [, port] = /^(\d+)/.exec(rests('EXPOSE').join(' ')) ?? []
  return {
    port: port === undefined ? undefined : Number(port),
    hasHealthCheck: rests('HEALTHCHECK').some((rest) => !/^NONE\b/i.test(rest)),
    clients: clientsOf(rests('RUN').join('\n'), rests('FROM')),
    versionArgument: all
      .filter(({ name }) => name === 'ARG')
      .map(({ rest }) => /^\w+/.exec(rest)?.[0] ?? '')
      .find((argument) => ['APP_VERSION', 'VERSION', 'GIT_SHA', 'COMMIT_SHA'].includes(argument)),
    copiesFrom: (directory) =>
      all.some(
        ({ name, rest }) =>
          (name === 'COPY' || name === 'ADD') &&
          !rest.includes('--from=') &&
          rest.split(/\s+/).some((part) => part.replace(/^\.\//, '').startsWith(`${directory}/`)),
      ),
  }
}

function readInstructions(text: string): Instruction[] {
  return text
    .replaceAll(/^\s*#.*\n?/gm, '')
    .replaceAll(/\\\s*\n/g, ' ')
    .split('\n')
    .flatMap((line) => {
      const [, name, rest] = /^\s*([A-Za-z]+)\s+(.+?)\s*$/.exec(line) ?? []
      return name === undefined || rest === undefined ? [] : [{ name: name.toUpperCase(), rest }]
    })
}

/** The last stage, preceded by its base stages. */
function imageInstructions(all: readonly Instruction[]): Instruction[] {
  const stages: Instruction[][] = []
  for (const instruction of all) {
    if (instruction.name === 'FROM') stages.push([instruction])
    else stages.at(-1)?.push(instruction)
  }
  const named = (name: string): Instruction[] | undefined =>
    stages.find(([from]) => / as (\S+)$/i.exec(from?.rest ?? '')?.[1]?.toLowerCase() === name.toLowerCase())
  const withBase = (stage: Instruction[], seen: readonly Instruction[][]): Instruction[] => {
    const base = named((stage[0]?.rest ?? '').replace(/^--\S+\s+/, '').split(/\s+/)[0] ?? '')
    if (base === undefined || base === stage || seen.includes(base)) return stage
    return [...withBase(base, [...seen, stage]), ...stage]
  }
  const last = stages.at(-1)
  return last === undefined ? [] : withBase(last, [])
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
