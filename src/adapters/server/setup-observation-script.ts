/**
 * Reads the state of a server before the set-up in one round trip. Read-only. Facts that only root can read are requested
 * with \`sudo\`, if it needs no password. Argument: the app's directory.
 */
export const setupObservationScript = `
set -u
path=$1
section() { printf '\\n@@dray %s\\n' "$1"; }
user=$(id -un)
root=no
as_root() { "$@"; }
if [ "$(id -u)" = 0 ]; then root=yes
elif command -v sudo > /dev/null && sudo -n true 2> /dev/null; then
  root=yes
  as_root() { sudo -n "$@"; }
fi
ID='' VERSION_ID='' VERSION_CODENAME='' PRETTY_NAME=''
# shellcheck source=/dev/null # It is a file of the server.
[ ! -r /etc/os-release ] || . /etc/os-release
section distribution
printf '%s\\n' "$ID" "$VERSION_ID" "$VERSION_CODENAME" "$PRETTY_NAME"
section user
printf '%s\\n' "$user" "$(id -gn)" "$(id -u)" "$root"
# By name, the user database is read: the session's own groups are those at its login.
section groups
id -nG "$user"
section packages
dpkg-query -W -f '\${Package} \${db:Status-Abbrev}\\n' docker-ce docker.io 2> /dev/null
if command -v docker > /dev/null; then
  section docker
  section compose
  docker compose version --short 2> /dev/null
  if containers=$(as_root docker ps -q 2> /dev/null); then
    section containers
    printf '%s\\n' "$containers"
  fi
fi
section enabled
systemctl is-enabled docker 2> /dev/null
if [ -e /etc/docker/daemon.json ]; then
  section daemon-config
  as_root cat /etc/docker/daemon.json
fi
section directory
if ! as_root test -e "$path"; then echo missing
elif [ -d "$path" ] && [ -w "$path" ] && [ -x "$path" ]; then echo writable
elif as_root test -d "$path" && [ -z "$(as_root ls -A "$path" 2>&1)" ]; then echo empty
else echo foreign; fi
if [ -e "$path/.env" ] || [ -L "$path/.env" ]; then section env-file; fi
if ! command -v docker > /dev/null && { [ "$ID" = debian ] || [ "$ID" = ubuntu ]; }; then
  section repository
  list=$(mktemp) || exit 1
  trap 'rm -f "$list"' EXIT
  url="https://download.docker.com/linux/$ID/dists/$VERSION_CODENAME/Release"
  if [ -s /etc/ssl/certs/ca-certificates.crt ]; then
    # apt knows its proxies.
    timeout 30 /usr/lib/apt/apt-helper -oAcquire::Retries=0 -oAcquire::https::Timeout=10 download-file "$url" "$list" 2>&1
  else
    timeout 10 bash -c 'exec 3<> /dev/tcp/download.docker.com/443' 2>&1
  fi
  printf '\\n%s\\n' $?
fi
exit 0
`
