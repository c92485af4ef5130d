/** Scripts for the manager of a swarm, as in directory/scripts.ts. */
import { composeFunction } from '../compose/compose-function.ts'

/** Prints the app as Compose resolves it in its directory, with the values of its env files. Standard input: exported values. */
export const configScript = `${composeFunction}
eval "$(cat)"
cd "$1" || exit
compose config --format json
`

/**
 * Prints contents of secrets and configs: of each argument `file:PATH` the first bytes in base64, one more than `$2`, or nothing if it
 * cannot be read, and the variables of the arguments `env:NAME` as Compose resolves them, in JSON. `$1` is the app's directory.
 * Standard input: exported values, which may have any name.
 */
export const contentScript = `${composeFunction}
eval "$(cat)"
cd "$1" || exit
dray_most=$(($2 + 1))
shift 2
dray_number=0
dray_names=
for dray_it do
  case $dray_it in
    env:*) dray_names="$dray_names \${dray_it#env:}" ;;
    file:*)
      dray_it=\${dray_it#file:}
      if [ -f "$dray_it" ] && [ -r "$dray_it" ]; then
        printf '\\n@@dray file %d\\n' "$dray_number"
        head -c "$dray_most" "$dray_it" | base64
      fi
      ;;
  esac
  dray_number=$((dray_number + 1))
done
[ -n "$dray_names" ] || exit 0
printf '\\n@@dray variables\\n'
{
  printf 'services:\\n  any:\\n    image: any\\n    environment:\\n      DRAY_ANY: any\\n'
  # shellcheck disable=SC2086 # One line for each.
  printf '%s\\n' $dray_names | sort -u | sed 's/.*/      DRAY_VALUE_&: "\${&-}"/'
} | compose -p any --env-file .env -f - config --format json
`

/**
 * Deploys the stack file on standard input. No registry is asked: the images have digests, and are on the nodes. The docker
 * command has no login there, and so stores none in the swarm. Newer versions of it wait for the tasks unless told not to.
 */
export const deployScript = `
if docker stack deploy --help 2> /dev/null | grep -q -e --detach; then set -- --detach=true "$@"; fi
exec docker stack deploy --resolve-image never --compose-file - "$@"
`
