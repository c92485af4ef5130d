import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { spawn, type ChildProcess } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildOciImage } from '../../test/support/oci-image.ts'
import { startFakeRegistry } from '../../test/support/fake-registry.ts'
import { mustRun } from '../../test/support/net/run-command.ts'
import { startScriptedEngine } from './scripted-engine.ts'

/** Hosts with a real sshd each and a scripted Docker, and a directory of an app that is deployed to them. */
export type ManyHosts = AsyncDisposable & {
  /** Of dray.yml. */
  directory: string
  /** What dray needs to reach them. */
  environment: Readonly<Record<string, string>>
}

type Means = {
  /** Path of Compose. */
  compose: string
  /** The command of sshd with another around it, which counts its processor time. */
  counted: (argv: readonly string[]) => string[]
}

/** Has the sshd that the set-up unpacks for the test network. */
const sshTools = fileURLToPath(new URL('../../.cache/net-tools/root', import.meta.url))

/**
 * In the home of the user of each host. Compose itself resolves the files, once for all hosts, since 50 hosts at a time would
 * measure this machine; the scripted Engine does what `up` would.
 */
const composeWrapper = (compose: string, cache: string): string => `#!/bin/sh
resolve() {
  key=$( { cat ./*.yml .env; env | sort; echo "$@"; } 2> /dev/null | sed '/SSH_\\|^_=/d' | cksum | tr ' ' -)
  if ! [ -f ${cache}/$key ]; then
    ${compose} "$@" > ${cache}/$key.$$ || { code=$?; cat ${cache}/$key.$$; return $code; }
    mv ${cache}/$key.$$ ${cache}/$key
  fi
  cat ${cache}/$key
}
for word; do
  [ "$word" != up ] || is_up=1
done
if [ -z "\${is_up-}" ]; then resolve "$@"; exit; fi
before= ; scales=
for word; do
  case $word in
    up) break ;;
    *) before="$before $word" ;;
  esac
done
for word; do
  case $word in
    --scale=*) scales="$scales \${word#--scale=}" ;;
  esac
done
config=$(resolve $before config --format json) || exit
for scale in $scales; do
  printf '%s' "$config" | curl -fsS --unix-socket /var/run/docker.sock --data-binary @- \\
    "http://engine/scripted/up?service=\${scale%=*}&scale=\${scale##*=}" || exit
done
`

/**
 * Starts them in the network and mount namespaces that this process must be in: sshd listens on a port of 127.0.0.1 for each host,
 * and sees its own home, Docker socket and app's directory.
 */
export async function startManyHosts(count: number, means: Means): Promise<ManyHosts> {
  const root = await mkdtemp(join(tmpdir(), 'dray-hosts-'))
  const opened: AsyncDisposable[] = []
  const dispose = async (): Promise<void> => {
    await Promise.all(opened.map((it) => it[Symbol.asyncDispose]()))
    await rm(root, { recursive: true, force: true })
  }
  try {
    for (const name of ['client', 'host'])
      await mustRun(['ssh-keygen', '-qt', 'ed25519', '-N', '', '-f', join(root, name)])
    const hostKey = (await readFile(join(root, 'host.pub'), 'utf8')).split(' ').slice(0, 2).join(' ')
    const registry = await startFakeRegistry({ manners: 'open' })
    opened.push(registry)
    for (const tag of ['v1', 'v2', 'v3'])
      registry.push('bench/worker', tag, buildOciImage({ layers: [`layer of ${tag}`] }))
    await mkdir(join(root, 'app'))
    await mkdir(join(root, 'resolved'))
    const ports = Array.from({ length: count }, (_, index) => 2201 + index)
    for (const port of ports) opened.push(await startHost(port, root, means))
    const directory = join(root, 'source')
    await mkdir(directory)
    const drayFile = {
      app: 'bench',
      registry: `${registry.host}/bench`,
      environments: {
        bench: {
          hosts: ports.map((port) => `root@127.0.0.1:${port}`),
          path: join(root, 'app'),
          rolling: '100%',
        },
      },
      probe: false,
      registries: { [registry.host]: { insecure: true } },
    }
    await writeFile(join(directory, 'dray.yml'), JSON.stringify(drayFile))
    await writeFile(
      join(directory, 'docker-compose.yml'),
      `services:\n  worker:\n    image: ${registry.host}/bench/worker:\${IMAGE_TAG}\n    restart: unless-stopped\n`,
    )
    const environment = {
      DRAY_SSH_KEY: await readFile(join(root, 'client'), 'utf8'),
      DRAY_SSH_KNOWN_HOSTS: ports.map((port) => `[127.0.0.1]:${port} ${hostKey}\n`).join(''),
    }
    return { directory, environment, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

async function startHost(port: number, root: string, { compose, counted }: Means): Promise<AsyncDisposable> {
  const own = join(root, String(port))
  const plugins = join(own, 'home/.docker/cli-plugins')
  await mkdir(plugins, { recursive: true })
  await mkdir(join(own, 'app'))
  await writeFile(join(own, 'app/.env'), 'A=1\n', { mode: 0o600 })
  await writeFile(join(plugins, 'docker-compose'), composeWrapper(compose, join(root, 'resolved')), {
    mode: 0o755,
  })
  await chmod(join(own, 'home'), 0o700)
  const socket = join(own, 'docker.sock')
  const engine = await startScriptedEngine(socket)
  await writeFile(
    join(own, 'sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(root, 'host')}`,
      `AuthorizedKeysFile ${join(root, 'client.pub')}`,
      'StrictModes no',
      'PermitRootLogin yes',
      'PidFile none',
      'UsePAM no',
      '',
    ].join('\n'),
  )
  const script = `
    mount -t tmpfs tmpfs /run
    mkdir /run/sshd
    : > /run/docker.sock
    grep -v '^sshd:' /etc/passwd > "$1/passwd"
    echo 'sshd:x:1499:65534::/run/sshd:/usr/sbin/nologin' >> "$1/passwd"
    mount --bind "$1/passwd" /etc/passwd
    mount --bind "$1/home" /root
    mount --bind "$1/docker.sock" /run/docker.sock
    mount --bind "$1/app" "$2/app"
    LD_LIBRARY_PATH=$(echo "$3"/usr/lib/*-linux-gnu) exec "$3/usr/sbin/sshd" -D -e -f "$1/sshd_config"`
  const [program = '', ...args] = counted([
    'unshare',
    '--mount',
    'sh',
    '-ec',
    script,
    'sh',
    own,
    root,
    sshTools,
  ])
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  await listens(child)
  return {
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await engine[Symbol.asyncDispose]()
    },
  }
}

function listens(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('Server listening')) resolve()
    })
    child.on('exit', () => reject(new Error(`sshd ended: ${text}`)))
  })
}
