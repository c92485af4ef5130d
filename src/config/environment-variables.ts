/** Every environment variable that dray reads itself, and what for; docs/commands.md lists them. */
export const environmentVariables = {
  IMAGE_TAG: 'The tag to deploy, where `--tag` and `--env-file` do not say. Handed to the compose file.',
  REGISTRY_OWNER: 'Owner of the images in the registry, in lower case. Handed to the compose file.',
  GITHUB_TOKEN: "Token for the app's registry. Kept in memory; never handed to the compose file.",
  GITHUB_ACTOR: 'User name that goes with the token. Handed to the compose file.',
  ENV: 'Name of the environment for the compose file; the one that is deployed to, if not set.',
  DRAY_SSH_KEY:
    'Private key for the servers, as its file says it, where no agent and no `~/.ssh` has one. In a file only while dray runs.',
  DRAY_SSH_KNOWN_HOSTS:
    'Host keys of the servers, as lines of `known_hosts`. No other ones are accepted then.',
  GITHUB_SHA: 'In Actions: the commit, for `tag: sha`.',
  GITHUB_REF_TYPE: 'In Actions: `tag` where a tag started the run, for `tag: version`.',
  GITHUB_REF_NAME: 'In Actions: the name of that tag, for `tag: version`.',
  GITHUB_REPOSITORY_OWNER:
    'In Actions: owner of the repository, where dray.yml names no registry and git no remote.',
  GITHUB_REPOSITORY: 'In Actions: the repository, where `dray secrets` asks GitHub.',
  GITHUB_API_URL: 'Where `dray secrets` asks GitHub, of a GitHub Enterprise Server.',
  GITHUB_ACTIONS: 'In Actions: output in groups, with annotations and a job summary.',
  GITHUB_STEP_SUMMARY: 'In Actions: the file that the job summary is added to.',
  GITHUB_OUTPUT: 'In Actions: the file that the outputs of the step are added to.',
  RUNNER_TEMP: 'In Actions: where files are put that are there only while dray runs.',
  SSH_ORIGINAL_COMMAND: 'Set by sshd: what was asked for with a key that `dray gate` guards.',
  CI: 'Plain lines instead of a live display.',
  EDITOR: 'The editor of `dray env ENVIRONMENT edit`; VISUAL comes before it.',
  NO_COLOR: 'No colours.',
  FORCE_COLOR: 'Colours, even where the output is no terminal.',
  DOCKER_CONFIG: "Directory of Docker's own configuration, for stored registry logins.",
} as const satisfies Record<string, string>

export type VariableName = keyof typeof environmentVariables

/** The deploy-time values of the specification. */
export const deployTimeNames = ['IMAGE_TAG', 'REGISTRY_OWNER', 'GITHUB_TOKEN', 'GITHUB_ACTOR', 'ENV'] as const
