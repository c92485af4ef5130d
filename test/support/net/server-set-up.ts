/** The script that makes a bare machine a server: users, sshd, a configured Docker. Its variables come by environment. */
export const serverSetUpScript = `
set -e
hostname "$NAME"
# As if the packages were installed here.
cp -a "$TOOLS/usr/sbin" "$TOOLS/usr/lib" /usr/
if [ -d "$TOOLS/lib" ]; then cp -a "$TOOLS/lib" /usr/; fi

sed -i '/^docker:/d' /etc/group
echo 'docker:x:1400:deploy' >>/etc/group
echo 'deploy:x:1500:' >>/etc/group
echo 'nodocker:x:1501:' >>/etc/group
grep -q '^sshd:' /etc/passwd || echo 'sshd:x:1499:65534::/run/sshd:/usr/sbin/nologin' >>/etc/passwd
echo 'deploy:x:1500:1500::/home/deploy:/bin/bash' >>/etc/passwd
echo 'nodocker:x:1501:1501::/home/nodocker:/bin/bash' >>/etc/passwd
# A star is no password, but unlike an exclamation mark it locks nobody out.
sed -i '/^root:/d' /etc/shadow
for user in root deploy nodocker; do echo "$user:*:20000:0:99999:7:::" >>/etc/shadow; done

for home in /root:root /home/deploy:deploy /home/nodocker:nodocker; do
  directory=\${home%:*}
  mkdir -p "$directory/.ssh"
  echo "$CLIENT_KEY" >"$directory/.ssh/authorized_keys"
  chmod 700 "$directory" "$directory/.ssh"
  chown -R "\${home#*:}:" "$directory"
done
chown deploy:deploy /srv

mkdir -p /etc/ssh /run/sshd /etc/docker
rm -f /etc/ssh/ssh_host_* /etc/docker/daemon.json
ssh-keygen -q -t ed25519 -N '' -C "$NAME" -f /etc/ssh/ssh_host_ed25519_key
cat >/etc/ssh/sshd_config <<CONF
HostKey /etc/ssh/ssh_host_ed25519_key
PidFile /run/sshd.pid
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
PrintMotd no
LogLevel VERBOSE
Subsystem sftp /usr/lib/openssh/sftp-server
CONF
for registry in $REGISTRIES; do
  mkdir -p "/etc/docker/certs.d/$registry"
  cp "$CA_FILE" "/etc/docker/certs.d/$registry/ca.crt"
done
# Where containerd keeps the images, tokens are asked for with the system's authorities alone.
mkdir -p /etc/ssl/certs
cat "$CA_FILE" >>/etc/ssl/certs/ca-certificates.crt
# Where Docker was not installed as a package, its iptables is beside it.
for name in iptables ip6tables; do
  [ -x "/usr/sbin/$name" ] || ln -sf "/opt/dray-engine/bin/$name" "/usr/local/sbin/$name"
done
if [ -n "$OLD_DOCKER" ]; then ln -sf "$OLD_DOCKER" /usr/local/bin/docker; fi
/usr/sbin/sshd -f /etc/ssh/sshd_config -E /var/log/sshd.log
`

/**
 * In the place of systemd's command, since systemd itself runs in no namespace of ours: it starts and stops one service, and
 * remembers whether that is enabled. What is asked of other services, as by packages, is done with.
 */
const systemctl = `#!/bin/sh
is_up() { [ -s /run/docker.pid ] && kill -0 "$(cat /run/docker.pid)" 2>/dev/null; }
start() {
  is_up && return
  setsid dockerd --cgroup-parent "$(cat /etc/engine-cgroup)" >>/var/log/dockerd.log 2>&1 </dev/null &
  timeout 60 sh -c 'until docker version >/dev/null 2>&1; do sleep 0.1; done' && return
  tail -n 5 /var/log/dockerd.log >&2
  return 1
}
stop() {
  is_up || return 0
  pid=$(cat /run/docker.pid)
  kill "$pid"
  while [ -d "/proc/$pid" ]; do sleep 0.05; done
}
case "$*" in
  'enable --now docker') touch /etc/docker-enabled && start ;;
  'start docker.service') start ;;
  'restart docker') stop && start ;;
  'is-enabled docker') if [ -e /etc/docker-enabled ]; then echo enabled; else echo disabled; exit 1; fi ;;
  *) exit 0 ;;
esac`

/**
 * The same for a freshly installed server: its own sshd, no Docker, and users who may become root (deploy) and who
 * may not (nosudo).
 */
export const bareSetUpScript = `
set -e
hostname "$NAME"
useradd --create-home --shell /bin/bash --password '*' deploy
useradd --create-home --shell /bin/bash --password '*' nosudo
usermod --password '*' root
echo 'deploy ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/deploy
for home in /root:root /home/deploy:deploy /home/nosudo:nosudo; do
  directory=\${home%:*}
  mkdir -p -m 700 "$directory/.ssh"
  echo "$CLIENT_KEY" >"$directory/.ssh/authorized_keys"
  chown -R "\${home#*:}:" "$directory"
done
rm -f /etc/ssh/ssh_host_*
ssh-keygen -q -t ed25519 -N '' -C "$NAME" -f /etc/ssh/ssh_host_ed25519_key
mkdir -p /run/sshd /run/lock
for registry in $REGISTRIES; do
  mkdir -p "/etc/docker/certs.d/$registry"
  printf '%s\\n' "$CA_TEXT" >"/etc/docker/certs.d/$registry/ca.crt"
done
mkdir -p /run/systemd/system
cat >/usr/local/bin/systemctl <<'SYSTEMCTL'
${systemctl}
SYSTEMCTL
chmod 755 /usr/local/bin/systemctl
echo "$CGROUP" >/etc/engine-cgroup
/usr/sbin/sshd -E /var/log/sshd.log
`
