import { isDeployJob } from '../check/model/deploys.ts'
import { readWorkflow } from '../check/model/workflow.ts'
import { parseYamlTree } from '../check/parse/yaml-tree.ts'
import type { AppShape } from './app-shape.ts'
import { findComposeName, type Answers } from './make-shape.ts'
import { readComposeImages } from './read-compose-images.ts'
import type { Repository } from './repository.ts'

/** Steps that init cannot do, one sentence each: first those that block a deploy, then the next steps. */
export function listRemainingSteps(repository: Repository, shape: AppShape, answers: Answers): string[] {
  const hosts = shape.environments.map(({ name, host, path }) => ({ name, host, path }))
  return [
    ...remainingInWorkflows(repository),
    ...remainingInComposeFiles(repository, shape),
    ...guessedPorts(repository, shape),
    ...(hosts.some(({ host }) => /\bexample\.com$/.test(host))
      ? ['Set your servers in dray.yml: `host: user@server`.']
      : []),
    ...(answers.owner === 'acme' && repository.owner === undefined
      ? ['Replace `acme` with the owner of your GitHub repository: no git remote names the owner.']
      : []),
    `Set up the servers: ${hosts.map(({ name }) => `\`dray setup ${name}\``).join(', ')} on a fresh Debian or Ubuntu. By hand: create a user who can use Docker, and ${[...new Set(hosts.map(({ path }) => `\`${path}\``))].join(', ')} with the app's \`.env\`, mode 600.`,
    ...hosts.map(
      ({ name, host }) =>
        `On GitHub, add these secrets to the environment \`${name}\`: SSH_KEY (a private key that ${host} accepts) and SSH_KNOWN_HOSTS (the output of \`ssh-keyscan ${serverOf(host)}\`, after you have verified it).`,
    ),
    'Check the servers and preview a deploy: `dray doctor test --tag TAG`, `dray plan test --tag TAG`.',
  ]
}

/** What an old workflow does, and what dray does in its place. */
const replacements: readonly [RegExp, string][] = [
  [/compose\b[^\n]*\bdown\b/, '`docker compose down` (dray starts the new containers first)'],
  [
    /prune[^\n]*--volumes|volume\s+prune/,
    '`prune --volumes`, which deletes data (`dray clean` touches no volume)',
  ],
  [/compose\b[^\n]*(?:--build|\bbuild\b)/, 'the build on the server (the new workflow pushes images)'],
  [/git\s+(?:pull|reset)/, '`git pull` on the server (dray ships the files of a release)'],
  [/:latest\b/, '`:latest` (write `:${IMAGE_TAG:-latest}` in the compose file; dray sets the tag)'],
]

/** Workflows that deploy to a server without dray. */
function remainingInWorkflows({ texts }: Repository): string[] {
  return [...texts]
    .filter(([path, text]) => path.startsWith('.github/workflows/') && !/\bdray\b/.test(text))
    .map(([path, text]) => readWorkflow({ path, text }, parseYamlTree({ path, text }).root))
    .filter(({ jobs }) => jobs.some(isDeployJob))
    .map(({ file }) => {
      const found = replacements.filter(([pattern]) => pattern.test(file.text)).map(([, what]) => what)
      const instead = found.length === 0 ? '' : `: it has ${found.join(', ')}`
      return `DANGER: ${file.path} still deploys to a server, without dray${instead}. Delete it, or remove its deploy job.`
    })
}

function guessedPorts({ texts }: Repository, { environments }: AppShape): string[] {
  const guesses = environments
    .filter(({ composeFile }) => !texts.has(composeFile))
    .flatMap(({ composeFile, nginxDirectory, images }) =>
      images
        .filter(({ isPortGuessed }) => isPortGuessed === true)
        .map(
          ({ service, port, dockerfile }) =>
            `No file names the port of ${service}: ${port} is a guess. If it is another, write \`EXPOSE PORT\` in ${dockerfile}, and change ${composeFile} and ${nginxDirectory}/default.conf.`,
        ),
    )
  return [...new Set(guesses)]
}

function remainingInComposeFiles(repository: Repository, { app, owner }: AppShape): string[] {
  const names = ['test', 'production'].flatMap((name) => findComposeName(repository, name) ?? [])
  return [...new Set(names)].flatMap((name) => {
    const { images, unnamed, unbuilt } = readComposeImages(repository.texts.get(name) ?? '', {
      imageBase: `ghcr.io/${owner}/${app}`,
      known: [],
    })
    return [
      ...unnamed.map(
        ({ service, image }) =>
          `${name} builds ${service} but has no image name to push: add \`image: ${image}\`, and run \`dray init\` again: it then writes the workflows.`,
      ),
      ...(images.length === 0 && unnamed.length === 0 && unbuilt.length > 0
        ? [
            `${name} has no \`build:\`: add one to ${unbuilt.join(', ')}, so that dray can write the workflows.`,
          ]
        : []),
    ]
  })
}

/** `deploy@test.example.com:2222` -> `-p 2222 test.example.com`, the arguments of ssh-keyscan. */
function serverOf(host: string): string {
  const [, name = host, port] = /^(?:ssh:\/\/)?(?:[^@]*@)?([^:]+)(?::(\d+))?$/.exec(host) ?? []
  return port === undefined ? name : `-p ${port} ${name}`
}
