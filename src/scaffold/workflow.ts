import {
  isSingleImage,
  type AppShape,
  type DrayTool,
  type EnvironmentShape,
  type ImageShape,
} from './app-shape.ts'
import { indent } from './indent.ts'

/** Pinned by commit: a tag can be moved to other code. */
const actions = {
  checkout: 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1',
  setUpBuildx: 'docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0',
  login: 'docker/login-action@dbcb813823bdd20940b903addbd779551569679f # v4.6.0',
  buildAndPush: 'docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0',
}

type Trigger = { about: string; on: string; tag: string; concurrency: string }

function triggerOf({ name }: EnvironmentShape, { branch }: AppShape): Trigger {
  if (name === 'test') {
    return {
      about: `every commit on ${branch}`,
      on: `push:\n  branches: [${branch}]\nworkflow_dispatch:`,
      tag: '${{ github.sha }}',
      concurrency: `# A running deploy is never cancelled. Of the waiting ones, GitHub keeps the newest.
  cancel-in-progress: false`,
    }
  }
  return {
    about: 'every version tag',
    on: 'push:\n  tags: ["v*"]',
    tag: '${{ github.ref_name }}',
    concurrency: `# A running deploy is never cancelled, and every version is deployed.
  cancel-in-progress: false
  queue: max`,
  }
}

/** Path of the environment's workflow in the repository. */
export function workflowPath({ name }: Pick<EnvironmentShape, 'name'>): string {
  return `.github/workflows/${name === 'test' ? 'deploy' : `deploy-${name}`}.yml`
}

/**
 * The workflow that builds an environment's images, pushes them, and deploys exactly these. Each job has only the permissions
 * it needs, outside input reaches the shell through variables only, and a deploy waits for a running one instead of
 * cancelling it.
 */
export function renderWorkflow(environment: EnvironmentShape, shape: AppShape): string {
  const { name, images } = environment
  const trigger = triggerOf(environment, shape)
  return `# Builds the images of ${trigger.about} and deploys them to ${name}. Written by \`dray init\`; edit it as you need.
name: Deploy to ${name}

on:
${indent(trigger.on, 2)}

permissions: {}

concurrency:
  group: deploy-${name}
  ${trigger.concurrency}

jobs:
  build:
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    permissions:
      contents: read
      packages: write
    outputs:
      images: >-
${indent(images.map((image) => `${image.repository}@\${{ steps.${image.service}.outputs.digest }}`).join('\n'), 8)}
    steps:
      - uses: ${actions.checkout}
        with:
          persist-credentials: false

      - uses: ${actions.setUpBuildx}

      - uses: ${actions.login}
        with:
          registry: ghcr.io
          username: \${{ github.actor }}
          password: \${{ secrets.GITHUB_TOKEN }}

${images.map((image) => indent(renderBuildStep(image, { environment, trigger }), 6)).join('\n\n')}

  deploy:
    needs: build
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    # GitHub records the deployment and its state. Store the secrets of the server in this environment.
    environment:
      name: ${name}
      url: \${{ steps.deploy.outputs.url }}
    permissions:
      contents: read
      packages: read
    steps:
      - uses: ${actions.checkout}
        with:
          persist-credentials: false

${indent(renderDeployStep(environment, { shape, trigger }), 6)}
`
}

type BuildParts = { environment: EnvironmentShape; trigger: Trigger }

function renderBuildStep(image: ImageShape, { environment, trigger }: BuildParts): string {
  const { service, repository, context, dockerfile, versionArgument } = image
  const usualFile = context === '.' ? 'Dockerfile' : `${context}/Dockerfile`
  const inputs = [
    `context: ${context}`,
    ...(dockerfile === usualFile ? [] : [`file: ${dockerfile}`]),
    'push: true',
    `tags: |\n  ${repository}:latest\n  ${repository}:${trigger.tag}`,
    ...(versionArgument === undefined ? [] : [`build-args: ${versionArgument}=${trigger.tag}`]),
    `labels: |
  org.opencontainers.image.source=\${{ github.server_url }}/\${{ github.repository }}
  org.opencontainers.image.revision=\${{ github.sha }}
  org.opencontainers.image.version=${trigger.tag}`,
    renderCache(image, environment),
  ]
  return `- name: Build and push ${service}
  id: ${service}
  uses: ${actions.buildAndPush}
  with:
${indent(inputs.join('\n'), 4)}`
}

/**
 * A scope names the index of a cache: two images in one scope overwrite each other. A failed export must not fail the build
 * (`ignore-error`). The run of a tag reads the cache of the branch. Other tags cannot read the cache of that run, so it is
 * stored in the registry.
 */
function renderCache({ service, repository }: ImageShape, environment: EnvironmentShape): string {
  const scope = isSingleImage(environment) ? '' : `,scope=${service}`
  const from = `type=gha${scope}`
  const to = `type=gha,mode=max${scope},ignore-error=true`
  if (environment.name === 'test') return `cache-from: ${from}\ncache-to: ${to}`
  const stored = `type=registry,ref=${repository}:buildcache`
  return `# Later tags cannot read the GitHub cache of this run: the layers are cached in the registry.
cache-from: |
  ${from}
  ${stored}
cache-to: ${stored},mode=max,ignore-error=true`
}

function renderDeployStep(
  { name }: EnvironmentShape,
  { shape, trigger }: { shape: AppShape; trigger: Trigger },
) {
  const { tool } = shape
  if (tool.kind === 'action') {
    return `- name: Deploy
  id: deploy
  uses: ${tool.uses}
  with:
    environment: ${name}
    tag: ${trigger.tag}
    expect: \${{ needs.build.outputs.images }}
    ssh-key: \${{ secrets.SSH_KEY }}
    known-hosts: \${{ secrets.SSH_KNOWN_HOSTS }}`
  }
  const program = tool.kind === 'file' ? tool.path : '"$RUNNER_TEMP/package/dist/dray.mjs"'
  return `${tool.kind === 'file' ? '' : renderFetchStep(tool)}- name: Deploy
  id: deploy
  # With \`exec\`, a signal from GitHub reaches dray, which then undoes the deploy. BUILT_IMAGES are the images of
  # the job above: a tag that was pushed again since is refused.
  run: exec node ${program} deploy ${name} --expect "$BUILT_IMAGES"
  env:
    IMAGE_TAG: ${trigger.tag}
    BUILT_IMAGES: \${{ needs.build.outputs.images }}
    GITHUB_TOKEN: \${{ secrets.GITHUB_TOKEN }}
    DRAY_SSH_KEY: \${{ secrets.SSH_KEY }}
    DRAY_SSH_KNOWN_HOSTS: \${{ secrets.SSH_KNOWN_HOSTS }}`
}

/**
 * Fetches the package and compares it with the checksum; no script of it runs, and no secret is there. `npx dray@VERSION` would
 * compare it only with what the registry says at that time, and would not pass a signal on to dray.
 */
function renderFetchStep({ version, integrity }: Extract<DrayTool, { kind: 'npm' }>): string {
  const sha512 = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex')
  return `# For another version, change it and its checksum, or run \`npx dray@VERSION init --overwrite\`.
- name: Fetch dray
  run: |
    cd "$RUNNER_TEMP"
    npm pack --silent dray@${version}
    echo "${sha512}  dray-${version}.tgz" | sha512sum --check --strict
    tar -xzf dray-${version}.tgz

`
}
