import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { root } from '../../../../scripts/bundle.mjs'
import type { Action, JobRun, WorkflowJob } from '../../../support/actions/runner.ts'
import { runJob } from '../../../support/actions/runner.ts'
import { runCommand } from '../../../support/net/run-command.ts'

const version = '1.4.2'

type Job = WorkflowJob & { strategy?: { matrix: { include: { target: string }[] } } }

type RunOfJob = {
  file?: string
  /** Those that ran here, with their outputs. */
  needs?: Readonly<Record<string, JobRun>>
  results?: Readonly<Record<string, { result: string }>>
  target?: string
}

/**
 * A clone of dray with the tag v1.4.2, its remote, and stand-ins for what a release reaches: GitHub's API, `npm`, `gh`, and the
 * actions. The scripts of the release are the real ones.
 */
export class ReleaseWorld implements AsyncDisposable {
  readonly tag = `v${version}`
  readonly #directory: string
  readonly #server = createServer((request, response) => {
    this.asked.push(`${request.url ?? ''} ${request.headers.authorization ?? ''}`)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ check_runs: this.checks }))
  })
  readonly asked: string[] = []
  /** The answer of GitHub about the checks of the commit. */
  checks: object[] = [{ status: 'completed', conclusion: 'success' }]
  readonly #artifacts: string
  readonly attested: unknown[] = []

  private constructor(directory: string) {
    this.#directory = directory
    this.#artifacts = this.at('artifacts')
  }

  static async make(): Promise<ReleaseWorld> {
    const world = new ReleaseWorld(await mkdtemp(join(tmpdir(), 'dray-release-')))
    await world.#fill()
    world.#server.listen(0, '127.0.0.1')
    await once(world.#server, 'listening')
    return world
  }

  at(name: string): string {
    return join(this.#directory, name)
  }

  git(...args: string[]): string {
    const who = ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.com']
    return execFileSync('git', ['-C', this.at('work'), ...who, ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim()
  }

  get sha(): string {
    return this.git('rev-parse', 'main')
  }

  /** The calls of a stand-in, a line each. */
  async calls(program: 'npm' | 'gh'): Promise<string[]> {
    const text = await readFile(this.at(`${program}.log`), 'utf8').catch(() => '')
    return text.split('\n').filter((line) => line !== '')
  }

  /** Runs one job of release.yml, or of another file, for the tag; `needs` are the jobs before it. */
  async run(id: string, more: RunOfJob = {}): Promise<JobRun> {
    const { file = 'release.yml', results = {} } = more
    const { jobs } = parse(await readFile(join(root, '.github/workflows', file), 'utf8')) as {
      jobs: Record<string, Job>
    }
    const job = jobs[id]
    if (job === undefined) throw new Error(`There is no job ${id}.`)
    const port = (this.#server.address() as AddressInfo).port
    const github = {
      sha: this.sha,
      ref_name: this.tag,
      repository: 'Acme/dray',
      api_url: `http://127.0.0.1:${port}`,
      actor: 'ana',
      token: 'ghs_token',
    }
    const ended = Object.entries(more.needs ?? {}).map(([name, { outputs }]) => [name, { outputs }] as const)
    const needs = { ...Object.fromEntries(ended), ...results }
    return runJob(job, {
      machine: {
        run: (argv, options = {}) => runCommand(argv, { ...options, env: { ...options.env } }),
        writeFile: async (path, content) => writeFile(path, content),
      },
      actions: this.#actions(),
      contexts: {
        github,
        needs,
        matrix: { target: more.target ?? '' },
        secrets: { RELEASE_SIGNING_KEY: 'the private key\nof the release' },
      },
      env: { PATH: `${this.at('bin')}:${process.env['PATH'] ?? ''}`, STAND_IN: this.#directory },
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await rm(this.#directory, { recursive: true })
  }

  async #fill(): Promise<void> {
    await mkdir(this.at('work/packaging'), { recursive: true })
    for (const name of ['src', 'scripts', 'LICENSE', 'dray.schema.json', '.gitignore'])
      await cp(join(root, name), this.at(`work/${name}`), { recursive: true })
    for (const name of ['package.json', 'package-lock.json']) {
      const text = await readFile(join(root, name), 'utf8')
      await writeFile(
        this.at(`work/${name}`),
        text.replaceAll(/("name": "dray",\s+"version": )"[^"]+"/g, `$1"${version}"`),
      )
    }
    await mkdir(this.at('work/scripts/package'), { recursive: true })
    await writeFile(this.at('work/scripts/package/executable.mjs'), executableStandIn)
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', this.at('origin.git')])
    execFileSync('git', ['init', '-q', '-b', 'main', this.at('work')])
    this.git('remote', 'add', 'origin', this.at('origin.git'))
    this.git('add', '-A')
    this.git('commit', '-q', '-m', 'deploy: refuse a tag that was moved')
    this.git('tag', this.tag)
    this.git('push', '-q', 'origin', 'main', this.tag)
    await mkdir(this.at('bin'))
    for (const [name, text] of Object.entries({ npm: npmStandIn, gh: ghStandIn, sudo: sudoStandIn })) {
      await writeFile(this.at(`bin/${name}`), text)
      await chmod(this.at(`bin/${name}`), 0o755)
    }
  }

  #actions(): Record<string, Action> {
    const done: Action = async () => ({})
    const attest: Action = async ({ inputs }) => {
      this.attested.push(inputs)
      return {}
    }
    return {
      'actions/checkout': async ({ workspace, inputs, mustRun }) => {
        await mustRun(['git', 'clone', '-q', this.at('origin.git'), workspace])
        await mustRun(['git', '-C', workspace, 'checkout', '-q', inputs['ref'] ?? 'main'])
        await symlink(join(root, 'node_modules'), join(workspace, 'node_modules'))
        return {}
      },
      'actions/upload-artifact': async ({ workspace, inputs, mustRun }) => {
        const target = join(this.#artifacts, inputs['name'] ?? '')
        await mkdir(target, { recursive: true })
        const source = join(workspace, inputs['path'] ?? '')
        await mustRun([
          'sh',
          '-c',
          'if [ -d "$0" ]; then cp -r "$0/." "$1"; else cp "$0" "$1"; fi',
          source,
          target,
        ])
        return {}
      },
      'actions/download-artifact': async ({ workspace, inputs, mustRun }) => {
        const path = join(workspace, inputs['path'] ?? '')
        await mustRun(['mkdir', '-p', path])
        await mustRun(['cp', '-r', `${join(this.#artifacts, inputs['name'] ?? '')}/.`, path])
        return {}
      },
      'actions/attest-build-provenance': attest,
      'actions/attest-sbom': attest,
      'docker/build-push-action': async ({ inputs }) => {
        this.attested.push({ pushed: inputs['tags'] })
        return { outputs: { digest: `sha256:${'a'.repeat(64)}` } }
      },
      ...Object.fromEntries(
        [
          'actions/setup-node',
          'docker/setup-qemu-action',
          'docker/setup-buildx-action',
          'docker/login-action',
        ].map((name) => [name, done]),
      ),
    }
  }
}

/** `npm`: `sbom` is the real one; `run package` makes files as it does; `view` answers from a file. */
const npmStandIn = `#!/bin/sh
echo "$*" >> "$STAND_IN/npm.log"
case "$1 $2" in
  '--version ') echo 11.6.2 ;;
  'ci '*) ;;
  sbom*) PATH=\${PATH#*:} exec npm "$@" ;;
  'run package')
    for key; do :; done
    stat -c '%a' "$key" > "$STAND_IN/key-mode"
    cat "$key" > "$STAND_IN/key"
    echo "\${SIGNING_KEY-unset}" > "$STAND_IN/key-variable"
    mkdir -p out/action/dist out/action/action
    echo package > out/dray-${version}.tgz
    echo bundle > out/action/dist/dray.mjs
    echo 'name: dray' > out/action/action.yml
    (cd out && sha256sum dray-${version}.tgz > SHA256SUMS && echo signature > SHA256SUMS.sig)
    ;;
  'view '*)
    [ -f "$STAND_IN/view-$2" ] && cat "$STAND_IN/view-$2" && exit
    echo '{"error":{"code":"E404"}}'; exit 1 ;;
  publish*|'run check'|'test '|'run long'|'run cluster') ;;
  *) echo "npm $* is not known here" >&2; exit 1 ;;
esac
`

/** Runs the command behind the options, as the user that is. */
const sudoStandIn = `#!/bin/sh
while [ "\${1#-}" != "$1" ]; do shift; done
exec "$@"
`

/** What makes an executable has tests of its own. */
const executableStandIn = `import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
const options = { target: { type: 'string' }, node: { type: 'string' }, out: { type: 'string' } }
const { out, node } = parseArgs({ options }).values
if (node !== process.execPath) throw new Error(node)
writeFileSync(out, '#!/bin/sh\\necho ${version}\\n', { mode: 0o755 })
`

const ghStandIn = `#!/bin/sh
echo "$*" >> "$STAND_IN/gh.log"
[ "$2" != view ] || [ -f "$STAND_IN/released" ]
`
