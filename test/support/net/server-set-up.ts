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
if [ -n "$OLD_DOCKER" ]; then ln -sf "$OLD_DOCKER" /usr/local/bin/docker; fi
/usr/sbin/sshd -f /etc/ssh/sshd_config -E /var/log/sshd.log
`
