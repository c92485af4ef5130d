import { composeFunction } from './compose-function.ts'

/** Standard input has lines that export the deploy-time values; arguments after the directory are for Compose. */
export const composeScript = `${composeFunction}
eval "$(cat)"
cd "$1" || exit
shift
compose "$@"
`

/** Puts the app's override file and another one in front of the arguments; `file` is the app's default one. */
function filesAnd(override: string): string {
  return `for file in compose.yaml compose.yml docker-compose.yml docker-compose.yaml; do
  [ ! -f "$file" ] || break
done
if [ -f docker-compose.override.yml ]; then set -- -f docker-compose.override.yml -f ${override} "$@"
else set -- -f ${override} "$@"; fi`
}

/** The same, with other values than those in the files; DRAY_IMAGES is an override file. */
export const composeWithImagesScript = `${composeFunction}
eval "$(cat)"
cd "$1" || exit
shift
images=$(mktemp) || exit
trap 'rm -f "$images"' EXIT
trap 'exit 130' HUP INT TERM PIPE
printf '%s' "$DRAY_IMAGES" > "$images"
unset DRAY_IMAGES
${filesAnd('"$images"')}
compose -f "$file" "$@"
`

/**
 * The same for a user's command, whose streams are the user's. Arguments: an override file, then arguments for Compose. No shell
 * stays beside Compose, which would get Ctrl-C too, and no file: this one is read through its descriptor.
 */
export const attachedComposeScript = `${composeFunction}
override=$(mktemp) || exit
printf '%s' "$1" > "$override"
shift
exec 3< "$override"
rm -f "$override"
${filesAnd('/proc/self/fd/3')}
compose -f "$file" "$@"
`
