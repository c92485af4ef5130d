/** Scripts of `dray env` on a host. POSIX shell, one round trip each; values are only on standard input. */
import { dotenvAwk } from './dotenv-awk.ts'
import { linkGuard } from '../link-guard.ts'
import { lockApp, lockedApp } from '../lock/lock-script.ts'
import { ENV_FILE_UNREADABLE, NO_DIRECTORY, NOT_WRITABLE, passOn } from '../scripts.ts'

/** Exit code: `.env` belongs to another user, and the change would alter its owner. */
export const NOT_OWNER = 68
/** Exit code: `.env` has an unclosed quote, or Compose cannot read it. */
export const ENV_FILE_BROKEN = 69
/** Exit code: `.env` has changed since it was read. */
export const ENV_FILE_CHANGED = 70

/** Exit code: there is no such copy of an old file; the names of all are printed. */
export const NO_COPY = 71

/** Exit code: `.env` has zero bytes, as UTF-16 has. */
export const ENV_FILE_NO_TEXT = 78

/** Number of copies of old files that are kept. */
const KEPT_COPIES = 5

const dropOldCopies = `
# shellcheck disable=SC2012 # The names are dray's own.
drop_old_copies() {
  ls -1 .env.before-* 2> /dev/null | sort -r | tail -n +${KEPT_COPIES + 1} | while IFS= read -r old; do rm -f "./$old"; done
}
`

const enter = `
set -u
export LC_ALL=C
[ -d "$1" ] || exit ${NO_DIRECTORY}
cd "$1" || exit ${NOT_WRITABLE}
section() { printf '\\n@@dray %s\\n' "$1"; }
${passOn}
${linkGuard}
# For a link, its target is changed.
file=.env
[ ! -L .env ] || file=$(readlink -f .env | head -c 4096)
[ -n "$file" ] || exit ${ENV_FILE_UNREADABLE}
if [ -e "$file" ]; then
  [ -f "$file" ] && [ -r "$file" ] || exit ${ENV_FILE_UNREADABLE}
fi
hash_of() { if [ -e "$1" ]; then sha256sum < "$1" | head -c 64; echo; else echo none; fi; }
owner_of() { stat -c %u:%g:%a "$1" | head -c 64; }
`

/**
 * Prints the mode and the names in `.env`, each after `empty` or `set`; nothing without a file. Argument: the directory.
 */
export const listEnvScript = `${enter}
[ -e "$file" ] || exit 0
# shellcheck disable=SC2094 # Both only read.
tr -d '\\000' < "$file" | cmp -s - "$file" || exit ${ENV_FILE_NO_TEXT}
section mode
stat -c %a "$file"
section variables
awk -v sq="'" '${dotenvAwk}
  name != "" {
    pair = substr(value, 1, 2)
    rest = value
    if (pair == "\\"\\"" || pair == sq sq) { rest = substr(value, 3); sub(/#.*$/, "", rest) }
    sub(/[ \\t]+#.*$/, "", rest)
    sub(/[ \\t\\r]+$/, "", rest)
    print (rest == "" ? "empty" : "set"), name
  }
' "$file"
`

/** Prints the SHA-256 of `.env`, or `none`, on a line, and then its text. Argument: the directory. */
export const readEnvScript = `${enter}
hash_of "$file"
[ ! -e "$file" ] || cat "$file"
`

/**
 * Prints the name and the SHA-256 of a copy of an old file, each on a line, and then its text. Arguments: the directory, the
 * name of the copy or an empty text for the newest.
 */
export const readCopyScript = `${enter}
# shellcheck disable=SC2012 # The names are dray's own.
copies() { ls -1 .env.before-* 2> /dev/null | sort -r; }
copy=$2
[ -n "$copy" ] || copy=$(copies | head -n 1)
case $copy in
  .env.before-*/* | *..*) copy= ;;
  .env.before-*) ;;
  *) copy= ;;
esac
if [ -z "$copy" ] || ! [ -f "$copy" ] || [ -L "$copy" ]; then copies; exit ${NO_COPY}; fi
[ -r "$copy" ] || exit ${ENV_FILE_UNREADABLE}
printf '%s\\n' "$copy"
hash_of "$copy"
cat "$copy"
`

/** Prints the SHA-256 of `.env`, or `none`. Argument: the directory. */
export const hashEnvScript = `${enter}
hash_of "$file"
`

/** Removes all copies but the newest ones, after a change that is not taken back any more. Argument: the directory. */
export const dropOldCopiesScript = `${enter}${dropOldCopies}
drop_old_copies
`

/**
 * Changes `.env` under the app's lock: creates a new file next to it, with its mode and owner, and replaces it. Standard
 * input: for `set`, the lines of the variable; for `replace`, a line with the hash of the file that was read, then the
 * whole new file; for `take-back`, a line with the hash of the file of the change. Arguments: the directory; `set`, `unset`,
 * `replace` or `take-back`; the variable, or for `take-back` the backup, empty if there was no file; the time for the name of the
 * backup; the user; the line for the journal; the lock: `alone` takes it, `write` and `check` are for its holder; `write`
 * removes no older backup, and `check` changes nothing. Prints `created`, `changed` or `unchanged`, and the name of the backup; for
 * `check`, the hash of the file and that of the new one.
 */
export const changeEnvScript = `${enter}${dropOldCopies}
action=$2 variable=$3 stamp=$4 holder=$5 entry=$6 lock=$7
[ -w . ] || exit ${NOT_WRITABLE}
set -- "$holder"
new=''
room=''
copy=''
discard() {
  # While the new file is there, it has replaced nothing, and the copy is one of the present file.
  [ ! -e "$new" ] || rm -f "$copy"
  rm -f "$new" "$room"
}
if [ "$lock" = alone ]; then
${lockApp}
trap 'discard; : > /proc/self/fd/9' EXIT
else
${lockedApp}
trap discard EXIT
fi
trap 'exit 130' HUP INT TERM PIPE

outcome=changed
[ -e "$file" ] || outcome=created
if [ "$action" = take-back ]; then
  IFS= read -r expected
  [ "$expected" = "$(hash_of "$file")" ] || exit ${ENV_FILE_CHANGED}
  refuse_odd "$variable"
  if [ -z "$variable" ]; then
    open_journal || exit ${NOT_WRITABLE}
    rm -f "$file" || exit 1
    printf '%s\\n' "$entry" >&8
    exit 0
  fi
fi
rm -f .env.new.* "$(dirname "$file")"/.env.new.*
new=$(mktemp "$(dirname "$file")/.env.new.XXXXXX") || exit ${NOT_WRITABLE}
if [ $outcome = changed ]; then
  cp -p "$file" "$new" || exit 1
  owner=$(owner_of "$file")
  case $owner in '' | *[!0-9:]*) echo 'stat printed no owner' >&2; exit 1 ;; esac
  [ "$owner" = "$(owner_of "$new")" ] || exit ${NOT_OWNER}
fi

edited() {
  old=$file
  [ -e "$file" ] || old=/dev/null
  awk -v sq="'" -v variable="$variable" '
    part == "lines" { lines = lines $0 "\\n"; next }
    ${dotenvAwk}
    name != "" { dropped = name == variable }
    name == "" && !inside { dropped = 0 }
    dropped && name != "" && !put { printf "%s", lines; put = 1 }
    !dropped { print }
    END {
      if (unfinished()) exit ${ENV_FILE_BROKEN}
      if (!put) printf "%s", lines
    }
  ' part=lines - part=file "$old"
}
if [ "$action" = take-back ]; then
  cat "$variable" > "$new" || exit 1
elif [ "$action" = replace ]; then
  IFS= read -r expected
  [ "$expected" = "$(hash_of "$file")" ] || exit ${ENV_FILE_CHANGED}
  cat > "$new" || exit 1
  if docker compose version > /dev/null 2>&1; then
    # Its error messages may contain a value.
    echo 'services: { any: { image: any } }' |
      docker compose -p any --env-file "$new" -f - config -q > /dev/null 2>&1 || exit ${ENV_FILE_BROKEN}
  fi
else
  # awk does not always report a full disk; cat does.
  text=$(edited) || exit $?
  if [ -n "$text" ]; then printf '%s\\n' "$text"; fi | cat > "$new" || exit 1
fi

if [ $outcome = changed ] && cmp -s "$file" "$new"; then outcome=unchanged; fi
if [ $outcome = created ] && [ "$action" = unset ]; then outcome=unchanged; fi
if [ "$lock" = check ]; then
  [ ! -e "$journal" ] || [ -w "$journal" ] || exit ${NOT_WRITABLE}
  if [ $outcome = changed ]; then
    room=$(mktemp .env.new.XXXXXX) || exit ${NOT_WRITABLE}
    cat "$file" > "$room" || exit 1
  fi
  section before
  hash_of "$file"
  section after
  if [ $outcome = unchanged ]; then hash_of "$file"; else hash_of "$new"; fi
  exit 0
fi
if [ $outcome = unchanged ]; then section unchanged; exit 0; fi
sync "$new" 2> /dev/null || :
if [ $outcome = changed ] && [ "$action" != take-back ]; then
  copy=.env.before-$stamp
  count=1
  while [ -e "$copy" ] || [ -L "$copy" ]; do count=$((count + 1)); copy=.env.before-$stamp-$count; done
  (umask 077 && set -C && cat "$file" > "$copy") || exit 1
fi
open_journal || exit ${NOT_WRITABLE}
mv -f "$new" "$file" || exit 1
printf '%s\\n' "$entry" >&8
[ "$action" != take-back ] || rm -f "./$variable"
[ "$lock" != alone ] || drop_old_copies
section $outcome
section copy
printf '%s\\n' "$copy"
`
