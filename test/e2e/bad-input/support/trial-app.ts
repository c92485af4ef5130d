import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { testToken } from '../../../support/net/registry.ts'
import type { RunResult } from '../../../support/net/run-command.ts'
import type { TestServer } from '../../../support/net/server.ts'
import type { TestNet } from '../../../support/net/test-net.ts'

export type TrialAppOptions = {
  net: TestNet
  server: string
  /** Of the app, its directory below /srv and its Compose project. */
  name: string
  /** That nginx publishes. */
  port: number
}

/** What is different in one deploy of the app. */
export type Change = {
  /** `v1` unless told. */
  tag?: string
  /** Files of the project that are added or replaced. */
  files?: Readonly<Record<string, string>>
  /** Of dray.yml; `deploy@SERVER` unless told. */
  host?: string
  /** Of dray.yml; `/srv/NAME` unless told. */
  path?: string
  /** Added to dray.yml. */
  config?: string
  /** Added to the environment; a variable that is undefined is not set. */
  env?: Readonly<Record<string, string | undefined>>
  /** Instead of `deploy test --tag TAG --plain`. */
  argv?: readonly string[]
  /** After those. */
  options?: readonly string[]
}

/** A small app on a server, and deploys of changes to it that have something the matter. */
export class TrialApp {
  readonly server: TestServer
  readonly path: string
  readonly #options: TrialAppOptions

  constructor(options: TrialAppOptions) {
    this.#options = options
    this.server = options.net.server(options.server)
    this.path = `/srv/${options.name}`
  }

  /** Makes its directory and `.env`, as the owner of a server does. */
  async prepare(): Promise<void> {
    const script =
      'install -d -o deploy -g deploy "$0" && cat >"$0/.env" && chown deploy: "$0/.env" && chmod 600 "$0/.env"'
    const input = 'SHOP_START_MS=100\nSESSION_SECRET=trial-app-secret\n'
    const { exitCode, stderr } = await this.server.run(['sh', '-c', script, this.path], { input })
    if (exitCode !== 0) throw new Error(stderr)
  }

  /** Prepares it and deploys v1, which then serves. */
  async start(): Promise<void> {
    await this.prepare()
    const { exitCode, stderr } = await this.deploy({})
    if (exitCode !== 0) throw new Error(`The app of the test could not be deployed: ${stderr}`)
  }

  /** Everything of it goes from the server. */
  async remove(): Promise<void> {
    const script =
      'docker ps -aq --filter "label=com.docker.compose.project=$1" | xargs -r docker rm -fv; docker network rm "$1_default"; rm -rf "$0"'
    await this.server.run(['sh', '-c', script, this.path, this.#options.name])
  }

  /** Runs dray on the client, in a project of its own, which is gone afterwards. */
  async deploy(change: Change): Promise<RunResult> {
    const directory = await mkdtemp(join(tmpdir(), 'dray-bad-input-'))
    try {
      for (const [name, text] of Object.entries({ ...this.#files(change), ...change.files })) {
        await mkdir(dirname(join(directory, name)), { recursive: true })
        await writeFile(join(directory, name), text)
      }
      const { argv = ['deploy', 'test', '--tag', change.tag ?? 'v1', '--plain'], options = [] } = change
      const env: Change['env'] = { GITHUB_TOKEN: testToken, GITHUB_ACTOR: 'octocat', ...change.env }
      return await this.#options.net.client.run(['dray', ...argv, ...options], {
        cwd: directory,
        env: Object.fromEntries(
          Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
        ),
      })
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  }

  /** All that a failed deploy must leave as it was: containers, files with their modes, and which version answers. */
  async state(): Promise<string> {
    const script = `
      docker ps -a --no-trunc --format '{{.ID}} {{.Names}} {{.Image}} {{.State}}' \\
        --filter "label=com.docker.compose.project=$1" | sort
      cd "$0" && find . -type f ! -name journal.ndjson -exec stat -c '%a %U %n' {} + -exec sha256sum {} + | sort`
    const { stdout } = await this.server.run(['sh', '-c', script, this.path, this.#options.name])
    return `${stdout}\n${await this.answer()}`
  }

  /** What the app says through its proxy. */
  async answer(): Promise<string> {
    const url = `http://${this.server.address}:${this.#options.port}/api/version`
    return await fetch(url).then(
      (response) => response.text(),
      () => 'no answer',
    )
  }

  /** The compose file, with `app` in the place of its own service's keys. */
  compose(app: string = healthCheck('curl -f http://localhost:8000/api/health')): string {
    return `services:
  app:
    image: ghcr.io/\${REGISTRY_OWNER}/shop:\${IMAGE_TAG}
    env_file: .env
    restart: unless-stopped
${app.replaceAll(/^/gm, '    ')}
  nginx:
    image: nginx:alpine
    ports: ['${this.#options.port}:80']
    volumes: ['./nginx:/etc/nginx/conf.d:ro']
    depends_on: [app]
`
  }

  #files({
    host = `deploy@${this.server.name}`,
    path = this.path,
    config = '',
  }: Change): Record<string, string> {
    return {
      'dray.yml': `app: ${this.#options.name}
registry: ghcr.io/acme
environments:
  test: { host: '${host}', path: ${path} }
${config}`,
      'docker-compose.yml': this.compose(),
      'nginx/default.conf': 'server { listen 80; location / { proxy_pass http://app:8000; } }\n',
    }
  }
}

/** The health check of a service, as YAML; on a busy machine one run may take seconds. */
export function healthCheck(command: string): string {
  return `healthcheck: { test: ${JSON.stringify(['CMD', ...command.split(' ')])}, interval: 1s, timeout: 20s, retries: 60 }`
}
