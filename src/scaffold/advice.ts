import type { AppShape } from './app-shape.ts'
import { findComposeName, type Answers } from './make-shape.ts'
import { readComposeImages } from './read-compose-images.ts'
import type { Repository } from './repository.ts'

/** What init cannot do itself, a sentence each: first what stands in the way of a deploy, then the next steps. */
export function adviseOn(repository: Repository, shape: AppShape, answers: Answers): string[] {
  const hosts = shape.environments.map(({ name, host, path }) => ({ name, host, path }))
  return [
    ...composeAdvice(repository, shape),
    ...(hosts.some(({ host }) => /\bexample\.com$/.test(host))
      ? ['Put your servers into dray.yml: `host: user@server`.']
      : []),
    ...(answers.owner === 'acme' && repository.owner === undefined
      ? [
          'Put the owner of your repository on GitHub in the place of `acme`: no remote of git says who it is.',
        ]
      : []),
    `Make the servers ready: ${hosts.map(({ name }) => `\`dray setup ${name}\``).join(', ')} on a bare Debian or Ubuntu. By hand: a user who may use Docker, and ${[...new Set(hosts.map(({ path }) => `\`${path}\``))].join(', ')} with the app's \`.env\` in it, of mode 600.`,
    ...hosts.map(
      ({ name, host }) =>
        `On GitHub, in the environment \`${name}\`: the secrets SSH_KEY (a private key that ${host} accepts) and SSH_KNOWN_HOSTS (what \`ssh-keyscan ${serverOf(host)}\` prints, once you have compared it).`,
    ),
    'Then ask whether a deploy would go through, and what it would do: `dray doctor test --tag TAG`, `dray plan test --tag TAG`.',
  ]
}

function composeAdvice(repository: Repository, { app, owner }: AppShape): string[] {
  const names = ['test', 'production'].flatMap((name) => findComposeName(repository, name) ?? [])
  return [...new Set(names)].flatMap((name) => {
    const { images, unnamed, unbuilt } = readComposeImages(repository.texts.get(name) ?? '', {
      imageBase: `ghcr.io/${owner}/${app}`,
      known: [],
    })
    return [
      ...unnamed.map(
        ({ service, image }) =>
          `${name} builds ${service} but names no image to push: add \`image: ${image}\`.`,
      ),
      ...(images.length === 0 && unnamed.length === 0 && unbuilt.length > 0
        ? [
            `${name} says of no service how its image is built: add \`build:\` to ${unbuilt.join(', ')}, so that the workflows can be written.`,
          ]
        : []),
    ]
  })
}

/** `deploy@test.example.com:2222` -> `-p 2222 test.example.com`, as ssh-keyscan takes it. */
function serverOf(host: string): string {
  const [, name = host, port] = /^(?:ssh:\/\/)?(?:[^@]*@)?([^:]+)(?::(\d+))?$/.exec(host) ?? []
  return port === undefined ? name : `-p ${port} ${name}`
}
