import type { SetupAction } from '../../operations/setup/setup-plan.ts'

/** Runs a command as root, with `sudo` if needed. */
const asRoot = `
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
`

/** apt waits for another apt, which often runs on a new server, and does not prompt. */
const apt = `
apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 "$@"; }
`

/**
 * https://docs.docker.com/engine/install/debian/#install-using-the-repository, with apt's own downloader instead of curl.
 */
const addRepository = `
[ -s /etc/ssl/certs/ca-certificates.crt ] || { apt update; apt install ca-certificates; }
as_root install -m 0755 -d /etc/apt/keyrings
key=$(mktemp)
trap 'rm -f "$key"' EXIT
/usr/lib/apt/apt-helper download-file "https://download.docker.com/linux/$1/gpg" "$key"
as_root install -m 0644 "$key" /etc/apt/keyrings/docker.asc
printf '%s\\n' 'Types: deb' "URIs: https://download.docker.com/linux/$1" "Suites: $2" 'Components: stable' \\
  'Signed-By: /etc/apt/keyrings/docker.asc' | as_root tee /etc/apt/sources.list.d/docker.sources > /dev/null
`

/**
 * Standard input is the new text. dockerd validates it, if it can; then it replaces the old file, of which a backup is
 * kept. Argument: the time for the name of the backup.
 */
const writeDaemonConfig = `
as_root install -m 0755 -d /etc/docker
new=/etc/docker/.daemon.json.dray
trap 'as_root rm -f "$new"' EXIT
as_root tee "$new" > /dev/null
as_root chmod 644 "$new"
if as_root dockerd --help 2> /dev/null | grep -q -e --validate; then
  as_root dockerd --validate --config-file "$new"
fi
[ ! -e /etc/docker/daemon.json ] || as_root cp -p /etc/docker/daemon.json "/etc/docker/daemon.json.before-$1"
as_root mv -f "$new" /etc/docker/daemon.json
`

/** A directory that was created and filled meanwhile keeps its owner. */
const makeDirectory = `
if as_root test -e "$1" && [ -n "$(as_root ls -A "$1")" ]; then echo "$1 is no longer empty." >&2; exit 1; fi
as_root install -d -o "$2" -g "$3" "$1"
`

/** Standard input is the text. An existing file, or the target of a link, is never overwritten. */
const writeEnvFile = `
umask 077
new=$(mktemp "$1.new.XXXXXX")
trap 'rm -f "$new"' EXIT
cat > "$new"
ln "$new" "$1"
`

const bodies: Readonly<Record<SetupAction['kind'], string>> = {
  'write-daemon-config': writeDaemonConfig,
  'add-repository': addRepository,
  'install-packages': 'apt update\napt install --no-install-recommends "$@"\n',
  'start-docker': 'as_root systemctl enable --now docker\n',
  'restart-docker': 'as_root systemctl restart docker\n',
  'join-docker-group': 'as_root groupadd -f docker\nas_root usermod -aG docker "$1"\n',
  'make-directory': makeDirectory,
  'write-env-file': writeEnvFile,
}

/** The script of an action, its arguments, and its standard input; `stamp` is the time for the names of backups. */
export function scriptOf(
  action: SetupAction,
  stamp: string,
): { script: string; args: readonly string[]; input: string } {
  const script = `set -eu\n${asRoot}${apt}${bodies[action.kind]}`
  return { script, args: argsOf(action, stamp), input: 'text' in action ? action.text : '' }
}

function argsOf(action: SetupAction, stamp: string): readonly string[] {
  switch (action.kind) {
    case 'write-daemon-config':
      return [stamp]
    case 'add-repository':
      return [action.distribution, action.codename]
    case 'install-packages':
      return action.packages
    case 'join-docker-group':
      return [action.user]
    case 'make-directory':
      return [action.path, action.user, action.group]
    case 'write-env-file':
      return [action.path]
    case 'start-docker':
    case 'restart-docker':
      return []
  }
}
