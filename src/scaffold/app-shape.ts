/** What `dray init` writes files for: an app, its images, and where they go. */
export type AppShape = {
  app: string
  /** On GHCR, in lower case. */
  owner: string
  /** A commit on it goes to the test environment. */
  branch: string
  environments: readonly EnvironmentShape[]
  tasks: readonly TaskShape[]
  /** Names of the environment variables that the sources read. */
  variables: readonly string[]
  /** How a workflow runs dray. */
  tool: DrayTool
}

/** Test is deployed from the branch under the commit's id, production from a tag under its name. */
export type EnvironmentShape = {
  name: 'test' | 'production'
  host: string
  path: string
  composeFile: string
  /** The directory of nginx's configuration. */
  nginxDirectory: string
  /** One is the single-image form. */
  images: readonly ImageShape[]
}

export type ImageShape = {
  /** Its service in the compose file. */
  service: string
  /** Without a tag: `ghcr.io/acme/shop-backend`. */
  repository: string
  /** Directory that the build sees, relative to the repository: `.`, `backend`. */
  context: string
  /** Relative to the repository. */
  dockerfile: string
  /** What it listens on; undefined for one that nobody sends requests to. */
  port: number | undefined
  /** Where nginx sends requests to it from; undefined for none. */
  route: string | undefined
  /** `test` of the health check in the compose file; undefined where the image has its own, or none is known. */
  healthTest: readonly string[] | undefined
  /** Path of the health check, for the probe. */
  healthPath: string | undefined
  /** A build argument that takes the version. */
  versionArgument: string | undefined
}

export type TaskShape = {
  name: string
  services: readonly string[]
  run: readonly string[]
  when: 'before' | 'after'
}

/** A file of the repository, or the action under a reference: `acme/dray@SHA # v1.0.0`. */
export type DrayTool = { kind: 'file'; path: string } | { kind: 'action'; uses: string }

/** Whether the environment runs one image that is the whole app. */
export function isSingleImage({ images }: EnvironmentShape): boolean {
  return images.length === 1
}
