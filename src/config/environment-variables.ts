/** Every environment variable that dray reads, with its purpose; docs/commands.md lists them. */
export const environmentVariables = {
  IMAGE_TAG: 'The tag to deploy, unless `--tag` or `--env-file` sets it. Passed to the compose file.',
  REGISTRY_OWNER: 'Owner of the images in the registry, in lower case. Passed to the compose file.',
  GITHUB_TOKEN: "Token for the app's registry. Kept in memory; never passed to the compose file.",
  GITHUB_ACTOR: 'User name for the token. Passed to the compose file.',
  ENV: 'Name of the environment for the compose file. Default: the environment that is deployed.',
  DRAY_SSH_KEY:
    'Private key for the servers, as the content of its file, if no agent and no `~/.ssh` has one. Stored in a file only while dray runs.',
  DRAY_VERSION_URL: 'The address that is asked for the newest version, in place of GitHub.',
  DRAY_SSH_KNOWN_HOSTS:
    'Host keys of the servers, as lines of `known_hosts`. If it is set, no other keys are accepted.',
  GITHUB_SHA: 'In Actions: the commit, for `tag: sha`.',
  GITHUB_REF_TYPE: 'In Actions: `tag` if a tag started the run, for `tag: version`.',
  GITHUB_REF_NAME: 'In Actions: the name of that tag, for `tag: version`.',
  GITHUB_REPOSITORY_OWNER:
    'In Actions: owner of the repository, if dray.yml has no registry and git has no remote.',
  GITHUB_REPOSITORY: 'In Actions: the repository that `dray secrets` reads on GitHub.',
  GITHUB_API_URL: 'API URL for `dray secrets`, for a GitHub Enterprise Server.',
  GITHUB_ACTIONS: 'In Actions: output in groups, with annotations and a job summary.',
  GITHUB_STEP_SUMMARY: 'In Actions: the file that the job summary is added to.',
  GITHUB_OUTPUT: 'In Actions: the file that the outputs of the step are added to.',
  RUNNER_TEMP: 'In Actions: directory for files that exist only while dray runs.',
  SSH_ORIGINAL_COMMAND: 'Set by sshd: the request that was made with a key that `dray gate` restricts.',
  CI: 'Plain lines instead of a live display, and no questions. The output of `exec`, `run` and `compose` is masked.',
  EDITOR: 'The editor for `dray env ENVIRONMENT edit`; VISUAL takes precedence.',
  DRAY_NO_UPDATE_CHECK: 'Do not look for a newer version of dray once a day, and do not tell of one.',
  NO_UPDATE_NOTIFIER: 'The same, as for many other programs.',
  DRAY_DOWNLOAD_URL: 'Where `dray upgrade` finds the files of a release: a URL or a directory.',
  XDG_CACHE_HOME:
    'Directory for caches, if not `~/.cache`: `dray` in it has what Node compiled, and the newest version of dray.',
  NO_COLOR: 'No colours.',
  FORCE_COLOR: 'Colours even if the output is not a terminal.',
  DOCKER_CONFIG: "Directory of Docker's own configuration, for stored registry logins.",
} as const satisfies Record<string, string>

export type VariableName = keyof typeof environmentVariables

/** The deploy-time values of the specification. */
export const deployTimeNames = ['IMAGE_TAG', 'REGISTRY_OWNER', 'GITHUB_TOKEN', 'GITHUB_ACTOR', 'ENV'] as const
