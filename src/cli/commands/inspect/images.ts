import type { CommandSpec, InputOf } from '../../command/command.ts'

export const imagesCommand = {
  name: 'images',
  group: 'inspect',
  summary: 'List the images in the registry and the releases that use them, and delete unused ones.',
  description:
    "Lists the images in the app's repositories on GHCR: tags, digest, size, age, and the releases of all environments that use them. `dray images prune` lists unused versions, and deletes them with --delete. A version is retained if a release on any host uses it, if it has the tag `latest`, if it is one of the newest tagged ones, or if it is younger than --min-age; so is every part, signature and attestation of a retained version. If a host, GitHub or the registry cannot be reached, nothing is deleted. Deleted versions can be restored for 30 days.",
  arguments: [
    {
      name: 'ENVIRONMENT',
      optional: true,
      description:
        'Only the images of this environment; or `prune` for the unused images of all environments.',
    },
  ],
  options: [
    {
      flags: '--limit <COUNT>',
      description: 'Number of tagged versions to list for each repository (default: 20).',
    },
    {
      flags: '--delete',
      heading: 'With prune',
      description: 'Delete. Without it, only list what would be deleted.',
    },
    {
      flags: '--keep <COUNT>',
      heading: 'With prune',
      description: 'Number of newest tagged versions to retain in each repository (default: 10).',
    },
    {
      flags: '--min-age <DURATION>',
      heading: 'With prune',
      description:
        'Retain younger versions (default: 7d, at least 1d). A version looks unused while it is being pushed.',
    },
    {
      flags: '--without <ENVIRONMENT>',
      heading: 'With prune',
      description: 'Do not query this environment: its images may be deleted. Can be given several times.',
      repeatable: true,
    },
  ],
  examples: [
    { command: 'dray images production', description: 'images of production and the releases that use them' },
    { command: 'dray images prune', description: 'list unused images' },
    { command: 'dray images prune --without local --keep 20 --delete', description: 'delete unused images' },
  ],
  docs: 'docs/images.md',
  variables: ['GITHUB_TOKEN', 'GITHUB_API_URL', 'DOCKER_CONFIG'],
  seeAlso: ['history', 'build'],
} as const satisfies CommandSpec

export type ImagesInput = InputOf<typeof imagesCommand>
