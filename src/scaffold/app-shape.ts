/** The app that `dray init` writes files for: its images and environments. */
export type AppShape = {
  app: string
  /** On GHCR, in lower case. */
  owner: string
  /** Commits on it are deployed to the test environment. */
  branch: string
  environments: readonly EnvironmentShape[]
  tasks: readonly TaskShape[]
  /** Services that must not run twice: schedulers and cron loops. */
  schedulers: readonly string[]
  /** Names of the environment variables that the sources read. */
  variables: readonly string[]
  /** How a workflow runs dray. */
  tool: DrayTool
}

/** The test environment is deployed from the branch with the commit id as its tag, production from a git tag with its name. */
export type EnvironmentShape = {
  name: 'test' | 'production'
  host: string
  path: string
  composeFile: string
  /** The directory of nginx's configuration. */
  nginxDirectory: string
  /** One image for the single-image form. */
  images: readonly ImageShape[]
}

export type ImageShape = {
  /** Its service in the compose file. */
  service: string
  /** Without a tag: `ghcr.io/acme/shop-backend`. */
  repository: string
  /** Build context, relative to the repository: `.`, `backend`. */
  context: string
  /** Relative to the repository. */
  dockerfile: string
  /** The port that it listens on; undefined if it gets no requests. */
  port: number | undefined
  /** No file names that port. */
  isPortGuessed?: true
  /** The path that nginx routes to it; undefined without a route. */
  route: string | undefined
  /** `test` of the health check in the compose file; undefined if the image has its own, or no check is known. */
  healthTest: readonly string[] | undefined
  /** Path of the health check, for `probe`. */
  healthPath: string | undefined
  /** A build argument that takes the version. */
  versionArgument: string | undefined
  /** The variable that its tag comes from in the compose file, where that is not IMAGE_TAG. */
  tagVariable?: string
}

export type TaskShape = {
  name: string
  services: readonly string[]
  run: readonly string[]
  when: 'before' | 'after'
}

/** How a workflow runs dray. */
export type DrayTool =
  /** A file of the repository. */
  | { kind: 'file'; path: string }
  /** The action at a reference: `acme/dray@SHA # v1.0.0`. */
  | { kind: 'action'; uses: string }
  /** The npm package. `integrity` as npm writes it: `sha512-` and Base64. */
  | { kind: 'npm'; version: string; integrity: string }

/** Whether the environment runs one image that is the whole app. */
export function isSingleImage({ images }: EnvironmentShape): boolean {
  return images.length === 1
}
