import type { AppShape } from './app-shape.ts'
import { findComposeName, type Answers } from './make-shape.ts'
import { readComposeImages } from './read-compose-images.ts'
import type { Repository } from './repository.ts'

/** Steps that init cannot do, one sentence each: first those that block a deploy, then the next steps. */
export function listRemainingSteps(repository: Repository, shape: AppShape, answers: Answers): string[] {
  const hosts = shape.environments.map(({ name, host, path }) => ({ name, host, path }))
  return [
    ...remainingInComposeFiles(repository, shape),
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
          `${name} builds ${service} but has no image name to push: add \`image: ${image}\`.`,
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
