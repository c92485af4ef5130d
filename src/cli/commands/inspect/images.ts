import type { CommandSpec, InputOf } from '../../command/command.ts'

export const imagesCommand = {
  name: 'images',
  group: 'inspect',
  summary: 'List the images in the registry and which release needs each, and delete what none does.',
  description:
    "Of the app's own repositories on GHCR: tags, digest, size, age, and which release of which environment runs or keeps each. `dray images prune` says what could go, and with --delete deletes it. All stays that a host of any environment runs or could be rolled back to, that has the tag `latest`, that is among the newest tagged ones or younger than --min-age; and so does every part, signature and attestation of what stays, for which every manifest is read. If a host, GitHub or the registry cannot be asked, nothing is deleted. Deleted versions can be restored for 30 days.",
  arguments: [
    {
      name: 'ENVIRONMENT',
      optional: true,
      description: 'Only the images of this environment; or `prune`: of all, what could go.',
    },
  ],
  options: [
    {
      flags: '--limit <COUNT>',
      description: 'List so many tagged versions of each repository, 20 if not given.',
    },
    {
      flags: '--delete',
      heading: 'With prune',
      description: 'Delete it; without, it is only said what would go.',
    },
    {
      flags: '--keep <COUNT>',
      heading: 'With prune',
      description: 'Keep so many tagged versions of each repository, the newest; 10 if not given.',
    },
    {
      flags: '--min-age <DURATION>',
      heading: 'With prune',
      description:
        'Keep all that is younger, 7d if not given, 1d at least: what is pushed just now looks unused.',
    },
    {
      flags: '--without <ENVIRONMENT>',
      heading: 'With prune',
      description:
        'Do not ask this environment, since it needs none of its images; may be given several times.',
      repeatable: true,
    },
  ],
  examples: [
    { command: 'dray images production', description: 'what is there, and who needs it?' },
    { command: 'dray images prune', description: 'what could go?' },
    { command: 'dray images prune --without local --keep 20 --delete', description: 'let it go' },
  ],
  docs: 'docs/images.md',
  variables: ['GITHUB_TOKEN', 'GITHUB_API_URL', 'DOCKER_CONFIG'],
  seeAlso: ['history', 'build'],
} as const satisfies CommandSpec

export type ImagesInput = InputOf<typeof imagesCommand>
