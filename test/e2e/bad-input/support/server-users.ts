import type { TestServer } from '../../../support/net/server.ts'

/**
 * Users of a server with something the matter: `nokey` has no authorized key, `bare` has no docker in its PATH, `oldcompose`
 * has a Compose that says 2.10, and `nocompose` none that works.
 */
export async function addTroubledUsers(server: TestServer): Promise<void> {
  const { exitCode, stderr } = await server.run(['sh', '-ec', script])
  if (exitCode !== 0) throw new Error(stderr)
}

const script = `
add() {
  grep -q "^$1:" /etc/passwd || echo "$1:x:$2:$3::/home/$1:/bin/bash" >>/etc/passwd
  grep -q "^$1:" /etc/shadow || echo "$1:*:20000:0:99999:7:::" >>/etc/shadow
  mkdir -p "/home/$1/.ssh"
  cp /home/deploy/.ssh/authorized_keys "/home/$1/.ssh/"
}
plugin() {
  mkdir -p "/home/$1/.docker/cli-plugins"
  cat >"/home/$1/.docker/cli-plugins/docker-compose"
  chmod +x "/home/$1/.docker/cli-plugins/docker-compose"
}
metadata='if [ "$1" = docker-cli-plugin-metadata ]; then echo "{\\"SchemaVersion\\":\\"0.1.0\\",\\"Vendor\\":\\"Docker Inc.\\",\\"Version\\":\\"v2.10.2\\"}"; exit; fi'

add nokey 1601 1500
rm /home/nokey/.ssh/authorized_keys

add bare 1602 1500
mkdir -p /home/bare/bin
ln -sf /usr/bin/* /home/bare/bin/
rm -f /home/bare/bin/docker*
echo 'PATH=/home/bare/bin' >/home/bare/.bashrc

add oldcompose 1603 1400
printf '%s\\n' '#!/bin/sh' "$metadata" 'echo 2.10.2' | plugin oldcompose

add nocompose 1604 1400
printf '%s\\n' '#!/bin/sh' "$metadata" 'exit 1' | plugin nocompose

for user in nokey bare oldcompose nocompose; do
  chown -R "$user:" "/home/$user"
  chmod 700 "/home/$user" "/home/$user/.ssh"
done
`
