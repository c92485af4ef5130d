import type { ProxyStart } from '../../deploy/model/proxies/proxy-start.ts'

/** Traefik would send requests to any container that has the labels of the service. */
export const UNSEEN = ['--label', 'traefik.enable=false']

/**
 * Tests a proxy. Arguments: a flag (`-t`), the proxy's program, the number of words of the test, these words, and the command
 * line of the service, if it is known.
 *
 * An entrypoint or a start script may write the configuration. If one starts the program, it is run with another program of that
 * name, which adds the flag to the options that it gets. With the flag `-` the command line is run as it is. Without a known command line, the entrypoint of the official nginx image fills in its templates:
 * https://github.com/nginx/docker-nginx/blob/master/entrypoint/docker-entrypoint.sh
 *
 * Exits with 126 if the program was not started for 20 seconds, or the start script ended without.
 */
export const tryScript = `
export NGINX_ENTRYPOINT_QUIET_LOGS=1
flag=$1 program=$2 count=$3
shift 3
if [ $# -eq "$count" ]; then
  [ ! -d /docker-entrypoint.d ] || [ ! -x /docker-entrypoint.sh ] || set -- /docker-entrypoint.sh "$@"
  exec "$@"
fi
shift "$count"
[ "$flag" != - ] || exec "$@"
[ "$1" != "$program" ] || exec "$@" "$flag"
real=$(command -v "$program") || exit 127
for place in /tmp /var/tmp /run /dev/shm; do
  dir=$place/dray-test
  mkdir -m 777 "$dir" 2>/dev/null || { dir=; continue; }
  printf '#!/bin/sh\\nexit 0\\n' >"$dir/try" && chmod 755 "$dir/try" && "$dir/try" 2>/dev/null && break
  dir=
done
[ -n "$dir" ] || exit 126
shim=$dir/\${program##*/}
cat >"$shim" <<EOF
#!/bin/sh
for word; do
  case \\$word in -s) exit 0 ;; -v | -vv | -V | -T | -h | $flag) exec "$real" "\\$@" ;; esac
done
"$real" "\\$@" $flag
echo \\$? >"$dir/code"
kill -s USR1 $$ 2>/dev/null
EOF
chmod 755 "$shim"
count=$#
for word; do
  [ "$word" != "$program" ] || case $program in */*) word=$shim ;; esac
  set -- "$@" "$word"
done
shift "$count"
trap : USR1
PATH=$dir:$PATH "$@" &
started=$!
(sleep 20; kill -s USR1 $$) >/dev/null 2>&1 &
wait "$started"
[ -s "$dir/code" ] || exit 126
exit "$(cat "$dir/code")"
`

/** `docker compose run` of the test of a proxy, whatever the entrypoint of the service is. */
export function buildTryArgs({
  service,
  containerName,
  argv,
  start,
}: {
  service: string
  containerName: string
  argv: readonly string[]
  start: ProxyStart | undefined
}): string[] {
  const run = ['run', '--no-deps', '--no-TTY', '--interactive=false', ...UNSEEN, '--name', containerName]
  return [...run, '--entrypoint', 'sh', service, ...buildTryWords(argv, start)]
}

/** Arguments for a shell: the script and those of the script. */
export function buildTryWords(argv: readonly string[], start?: ProxyStart): string[] {
  const { program = '', flag = '-', words = [] } = start ?? {}
  return ['-c', tryScript, 'dray', flag, program, String(argv.length), ...argv, ...words]
}
