import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testToken } from '../net/registry.ts'
import type { RunningCommand, RunOptions, RunResult } from '../net/run-command.ts'
import type { TestServer } from '../net/server.ts'
import type { TerminalProgram } from '../terminal.ts'
import type { TestNet } from '../net/test-net.ts'
import { readDeployResult, type DeployResult } from './deploy-result.ts'

const shopDirectory = fileURLToPath(new URL('../../../examples/shop', import.meta.url))
const deployTimeValues = { GITHUB_TOKEN: testToken, GITHUB_ACTOR: 'octocat' }

export type TestAppOptions = {
  net: TestNet
  server: TestServer
  /** Of the app, its Compose project and its directory under /srv. */
  name: string
  /** Where the proxy is published. */
  port?: number
  /** Written over the sample app, by path: the compose file above all. */
  files?: Readonly<Record<string, string>>
  /** Replaces parts of dray.yml, at its top. */
  config?: Readonly<Record<string, unknown>>
  /** Replaces parts of the environment `test` of dray.yml. */
  environment?: Readonly<Record<string, unknown>>
  /** What `.env` on the server says; none when undefined. */
  envFile?: string | undefined
}

export type Container = { id: string; service: string; state: string; image: string; address: string }

/** One app as its people have it: a directory on the client that is deployed from, and one on a server. */
export class TestApp implements AsyncDisposable {
  readonly name: string
  readonly server: TestServer
  /** On the client. */
  readonly directory: string
  /** Of the proxy, for the tests themselves. */
  readonly url: string
  readonly #net: TestNet

  private constructor(directory: string, { net, server, name, port = 80 }: TestAppOptions) {
    this.directory = directory
    this.server = server
    this.name = name
    this.url = `http://${server.address}:${port}`
    this.#net = net
  }

  /** The sample app with its directory on the server, ready for a first deploy. */
  static async make(options: TestAppOptions): Promise<TestApp> {
    const directory = await mkdtemp(join(tmpdir(), `dray-${options.name}-`))
    await cp(shopDirectory, directory, { recursive: true })
    const app = new TestApp(directory, options)
    const { config, environment, port = 80, name, server } = options
    const drayFile = {
      app: name,
      registry: 'ghcr.io/acme',
      environments: { test: { host: server.sshTarget, path: app.path, ...environment } },
      probe: { url: `http://localhost:${port}/api/health` },
      ...config,
    }
    // JSON is YAML.
    await app.writeSource({ 'dray.yml': JSON.stringify(drayFile, undefined, 2), ...options.files })
    await server.run(['install', '-d', '-o', 'deploy', '-g', 'deploy', app.path])
    const envFile = 'envFile' in options ? options.envFile : 'SHOP_START_MS=300\n'
    if (envFile !== undefined) await app.writeOnServer('.env', envFile, '600')
    return app
  }

  /** On the server. */
  get path(): string {
    return `/srv/${this.name}`
  }

  /** Writes files of the app on the client. */
  async writeSource(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(this.directory, path)), { recursive: true })
      await writeFile(join(this.directory, path), content)
    }
  }

  async removeSource(path: string): Promise<void> {
    await rm(join(this.directory, path), { recursive: true })
  }

  /** Writes a file of the app's directory on the server, as its people would. */
  async writeOnServer(path: string, content: string, mode = '644'): Promise<void> {
    const file = `${this.path}/${path}`
    await this.server.writeFile(file, content)
    await this.server.run(['chown', '-R', 'deploy:deploy', this.path])
    await this.server.run(['chmod', mode, file])
  }

  /** A file of the app's directory on the server; undefined when it is not there. */
  async readOnServer(path: string): Promise<string | undefined> {
    const { exitCode, stdout } = await this.server.run(['cat', `${this.path}/${path}`])
    return exitCode === 0 ? stdout : undefined
  }

  /** `dray deploy test --tag TAG`, with what it told. */
  async deploy(tag: string, ...options: string[]): Promise<DeployResult> {
    return readDeployResult(await this.dray(['deploy', 'test', '--tag', tag, '--json', ...options]))
  }

  /** A deploy that has to succeed. */
  async mustDeploy(tag: string, ...options: string[]): Promise<DeployResult> {
    const result = await this.deploy(tag, ...options)
    if (result.exitCode === 0) return result
    throw new Error(
      `The deploy of ${tag} ended with ${result.exitCode}: ${JSON.stringify(result.failure)}${result.stderr}`,
    )
  }

  /** `dray rollback test …`, with what it told. */
  async rollback(...args: string[]): Promise<DeployResult> {
    return readDeployResult(await this.dray(['rollback', 'test', '--json', ...args]))
  }

  /** dray on the client, in the app's directory there. */
  dray(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return this.#net.client.run(['dray', ...args], this.#inDirectory(options))
  }

  /** The same, to be signalled. */
  startDray(args: readonly string[], options: RunOptions = {}): RunningCommand {
    return this.#net.client.start(['dray', ...args], this.#inDirectory(options))
  }

  /** The same on a terminal. */
  drayOnTerminal(args: readonly string[], options: RunOptions = {}): TerminalProgram {
    return this.#net.client.startOnTerminal(['dray', ...args], this.#inDirectory(options))
  }

  /** `docker compose …` typed by hand in the app's directory on the server. */
  async compose(...args: string[]): Promise<RunResult> {
    const command = `cd ${this.path} && docker compose ${args.join(' ')}`
    return this.server.run(['su', 'deploy', '-c', command])
  }

  /** Containers that are there, running or not, without one-off ones. */
  async containers(service?: string): Promise<Container[]> {
    const filters = [`label=com.docker.compose.project=${this.name}`, 'label=com.docker.compose.oneoff=False']
    if (service !== undefined) filters.push(`label=com.docker.compose.service=${service}`)
    const args = filters.flatMap((filter) => ['--filter', filter])
    const ids = await this.server.docker('ps', '-aq', '--no-trunc', ...args)
    if (ids === '') return []
    const format =
      '{{.Id}} {{index .Config.Labels "com.docker.compose.service"}} {{.State.Status}} {{.Config.Image}} {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
    const lines = (await this.server.docker('inspect', '--format', format, ...ids.split('\n'))).split('\n')
    return lines
      .map((line) => {
        const [id = '', name = '', state = '', image = '', address = ''] = line.split(' ')
        return { id, service: name, state, image, address }
      })
      .sort((a, b) => (a.service + a.id < b.service + b.id ? -1 : 1))
  }

  async containerIds(service?: string): Promise<string[]> {
    return (await this.containers(service)).map(({ id }) => id)
  }

  /** Which version answers at the proxy. */
  async version(path = '/api/version'): Promise<string | null> {
    return (await fetch(`${this.url}${path}`)).headers.get('x-version')
  }

  /** Takes the app off the server and its directory off the client. */
  async [Symbol.asyncDispose](): Promise<void> {
    const filter = `label=com.docker.compose.project=${this.name}`
    const script = `docker ps -aq --filter ${filter} | xargs -r docker rm -fv
      docker volume ls -q --filter ${filter} | xargs -r docker volume rm -f
      docker network ls -q --filter ${filter} | xargs -r docker network rm
      rm -rf ${this.path}`
    await this.server.run(['sh', '-c', script])
    await rm(this.directory, { recursive: true, force: true })
  }

  #inDirectory(options: RunOptions): RunOptions {
    return { cwd: this.directory, ...options, env: { ...deployTimeValues, ...options.env } }
  }
}
