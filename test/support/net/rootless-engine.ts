import { join } from 'node:path'
import { cloneDirectory } from './machine.ts'
import type { TestServer } from './server.ts'

/** A user of a server with an Engine of its own, set up without root. */
export type RootlessEngine = AsyncDisposable & {
  user: string
  /** What the client types after `ssh`. */
  sshTarget: string
  /** The user's own docker command, as a login has it; gives its output without the last newline. */
  docker(...args: string[]): Promise<string>
}

const user = 'rootless'
const home = `/home/${user}`

/**
 * As `dockerd-rootless-setuptool.sh install` leaves it: sub-ids for the user, dockerd in RootlessKit's namespaces, its socket in
 * the user's runtime directory, and a context that names it. The rootful Engine of the server is out of the user's reach.
 */
const start = `
cp -a "$TOOLS/usr/." /usr/
if [ -d "$TOOLS/lib" ]; then cp -a "$TOOLS/lib/." /usr/lib/; fi
echo '${user}:x:1700:1700::${home}:/bin/bash' >>/etc/passwd
echo '${user}:x:1700:' >>/etc/group
echo '${user}:*:20000:0:99999:7:::' >>/etc/shadow
for file in /etc/subuid /etc/subgid; do echo '${user}:200000:65536' >>$file; done
install -d -o 1700 -g 1700 -m 700 ${home} ${home}/.ssh /run/user/1700
chmod 755 /run/user
cp /home/deploy/.ssh/authorized_keys ${home}/.ssh/
mkdir -p ${home}/.config/docker
cp -r /etc/docker/. ${home}/.config/docker/
chown -R 1700:1700 ${home}
mknod /run/tun c 10 200 && chmod 666 /run/tun && mount --bind /run/tun /dev/net/tun
cat >/usr/local/bin/as-rootless <<'AS'
#!/bin/sh
exec setpriv --reuid 1700 --regid 1700 --clear-groups env -i PATH="$PATH" HOME=${home} USER=${user} XDG_RUNTIME_DIR=/run/user/1700 "$@"
AS
cat >/usr/local/bin/dockerd-of-rootless <<'ENGINE'
#!/bin/sh
rm -f /run/docker /run/containerd /run/xtables.lock
exec dockerd
ENGINE
chmod 755 /usr/local/bin/as-rootless /usr/local/bin/dockerd-of-rootless
setsid as-rootless rootlesskit --state-dir=/run/user/1700/dockerd-rootless --net=slirp4netns --mtu=65520 \\
  --disable-host-loopback --port-driver=builtin --copy-up=/etc --copy-up=/run --propagation=rslave \\
  /usr/local/bin/dockerd-of-rootless >/var/log/dockerd-rootless.log 2>&1 </dev/null &
echo $! >/run/rootlesskit.pid
as-rootless docker context create rootless --docker host=unix:///run/user/1700/docker.sock >/dev/null
as-rootless docker context use rootless >/dev/null
timeout 90 sh -c 'until as-rootless docker version >/dev/null 2>&1; do sleep 0.1; done' && exit
tail -n 15 /var/log/dockerd-rootless.log >&2
exit 1
`

const stop = `
as-rootless docker ps -aq | xargs -r as-rootless docker rm -fv >/dev/null
kill "$(cat /run/rootlesskit.pid)"
timeout 60 sh -c 'while [ -d "/proc/$(cat /run/rootlesskit.pid)" ]; do sleep 0.1; done'
umount /dev/net/tun
for file in passwd group shadow subuid subgid; do sed -i '/^${user}:/d' /etc/$file; done
rm -rf ${home} /run/user/1700 /run/tun /usr/local/bin/as-rootless /usr/local/bin/dockerd-of-rootless
`

/**
 * Gives a server a user with rootless Docker.
 * @throws with the end of the Engine's log when it does not answer within 30 s
 */
export async function startRootlessEngine(server: TestServer): Promise<RootlessEngine> {
  const tools = join(cloneDirectory, '.cache/rootless/root')
  const { exitCode, stderr, stdout } = await server.run(['sh', '-ec', start], { env: { TOOLS: tools } })
  if (exitCode !== 0) throw new Error(`Rootless Docker did not start on ${server.name}: ${stderr}${stdout}`)
  return {
    user,
    sshTarget: `${user}@${server.name}`,
    docker: async (...args) => {
      const result = await server.run(['as-rootless', 'docker', ...args])
      if (result.exitCode !== 0) throw new Error(`docker ${args.join(' ')}: ${result.stderr}`)
      return result.stdout.trimEnd()
    },
    [Symbol.asyncDispose]: async () => {
      await server.run(['sh', '-c', stop])
    },
  }
}
