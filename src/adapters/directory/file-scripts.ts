/**
 * Scripts that write, restore and archive the files of the app's directory: one round trip each, as in scripts.ts. A few
 * processes handle any number of files. Paths begin with `./`, so that they are not read as options.
 */

import { HASH_KEY_NAME } from './env/value-hashes.ts'
import { linkGuard } from './link-guard.ts'

/** Exit code: files to record are not in the directory as they were placed; their paths are printed. */
export const FILES_CHANGED = 76

/** `copy_files OPTION LIST TO`: copies files with their directories. */
const copyFiles = `
copy_files() {
  # shellcheck disable=SC2016 # The inner shell has its own arguments.
  tr '\\n' '\\0' < "$2" | xargs -0 -r sh -c 'option=$1 to=$2; shift 2; exec cp "$option" --parents -- "$@" "$to"' copy "$1" "$3"
}
`

/** `move_files FROM`: moves the files below FROM, a path below \`root\`, to the same paths below this directory, replacing each atomically. */
const moveFiles = `
move_files() {
  (cd "$root/$1" && find . -type d) | sort | while IFS= read -r directory; do
    (
      enter "$directory"
      # shellcheck disable=SC2016 # The inner shell has its own arguments.
      find "$root/$1/$directory" -maxdepth 1 ! -type d -print0 | xargs -0 -r sh -c 'exec mv -f -- "$@" ./' move
    )
  done
}
`

/**
 * Defines `refuse_ways`, which refuses the files on standard input if a link on the way to one leads out of the directory,
 * and `remove_files`, which removes them without following such a link.
 */
export const byDirectory = `
directories() { sed 's|[^/]*$||' | sort -u; }
refuse_ways() {
  directories | while IFS= read -r directory; do
    place=$directory
    while [ ! -d "$place" ]; do place=$(dirname "$place"); done
    case $(cd "$place" && pwd -P)/ in "$root"/*) ;; *) refuse "$directory" ;; esac
  done
}
remove_files() {
  files=$(cat)
  printf '%s\\n' "$files" | directories | while IFS= read -r directory; do
    if [ -z "$directory" ] || ! [ -d "$directory" ]; then continue; fi
    (
      enter "$directory"
      printf '%s\\n' "$files" |
        LC_ALL=C directory=$directory awk '{ place = $0; sub("[^/]*$", "", place) }
          place == ENVIRON["directory"] { print "./" substr($0, length(place) + 1) }' |
        tr '\\n' '\\0' | xargs -0 -r rm -f --
    )
  done
}
`

/**
 * If new files inherit the directory's group, several users deploy, and the files must be writable for the group. The
 * shell is in the directory.
 */
export const shareWithGroup = `
[ ! -g . ] || umask 002
`

/**
 * Writes files. Standard input: a tar with the files under `files/`, and lists of paths: `remove`, `in-place`, `adopt`.
 * Files that will be replaced are first copied to `.dray/undo`, all or none: with a full disk there is then nothing to
 * restore. A file is replaced atomically; one that is mounted individually is overwritten, since the container uses the
 * old file's inode. The targets of links are checked first: containers may write to the directory, and their links must
 * not redirect a write. The files are readable for the users in containers, whatever the umask of this user.
 */
export const placeScript = `
set -eu
cd "$1"
umask 022
${shareWithGroup}
${linkGuard}
${copyFiles}
${moveFiles}
${byDirectory}
refuse_links .dray .dray/adopted
rm -rf .dray/incoming .dray/saved .dray/undo
mkdir -p .dray/incoming .dray/saved/files
trap 'rm -rf .dray/incoming .dray/saved' EXIT
tar -xf - -C .dray/incoming
mkdir -p .dray/incoming/files .dray/incoming/adopted
[ ! -g . ] || chmod -R g+w .dray/incoming/files
sed -i 's|^|./|' .dray/incoming/in-place .dray/incoming/remove .dray/incoming/adopt
(cd .dray/incoming/files && find . -type f) > .dray/incoming/list
cat .dray/incoming/list .dray/incoming/remove | refuse_ways
while IFS= read -r file; do [ ! -L "$file" ] || [ ! -d "$file" ] || refuse "$file"; done < .dray/incoming/list
while IFS= read -r file; do
  [ ! -L "$file" ] || case $(readlink -f "$file") in "$root"/*) ;; *) refuse "$file" ;; esac
done < .dray/incoming/in-place
while IFS= read -r file; do
  if [ -e "$file" ] || [ -L "$file" ]; then printf '%s\\n' "$file"; else printf '%s\\n' "$file" >&3; fi
done < .dray/incoming/list > .dray/incoming/there 3> .dray/saved/added
(cd .dray/incoming/files && find . -mindepth 1 -type d) |
  while IFS= read -r directory; do [ -e "$directory" ] || printf '%s\\n' "$directory"; done > .dray/saved/made
cp .dray/incoming/in-place .dray/saved/in-place
awk 'FILENAME == ARGV[1] { mounted[$0]; next } !($0 in mounted)' .dray/incoming/in-place .dray/incoming/there |
  cat - .dray/incoming/remove > .dray/incoming/replaced

copy_files -p .dray/incoming/in-place .dray/saved/files
copy_files -pP .dray/incoming/replaced .dray/saved/files
if [ -s .dray/incoming/adopt ]; then
  copy_files -pP .dray/incoming/adopt .dray/incoming/adopted
  mkdir -p .dray/adopted
  (
    enter .dray/adopted
    root=$PWD
    (cd ../incoming/adopted && find . -type d) | while IFS= read -r directory; do
      [ ! -L "$directory" ] || refuse ".dray/adopted/$directory"
      mkdir -p "$directory"
    done
    move_files ../incoming/adopted
  )
fi
mv .dray/saved .dray/undo

while IFS= read -r file; do
  overwrite "$file" ".dray/incoming/files/$file"
  rm ".dray/incoming/files/$file"
done < .dray/incoming/in-place
(cd .dray/incoming/files && find . -type d -print0) | xargs -0 -r mkdir -p --
move_files .dray/incoming/files
remove_files < .dray/incoming/remove
`

/**
 * Defines `restore_files`, which restores the files that the last deploy replaced, if any. Its lists and the saved files
 * may be those of a container: nothing is touched unless all of them stay in the directory.
 */
export const restoreFiles = `
restore_files() (
  set -e
  ${linkGuard}
  ${moveFiles}
  ${byDirectory}
  undo=.dray/undo
  refuse_links .dray $undo $undo/files
  [ -d $undo/files ] || exit 0
  refuse_odd $undo/in-place $undo/added $undo/made
  odd=$(awk '!/^[.]\\// || /\\/[.]?[.]?(\\/|$)/ { print FILENAME; exit }' $undo/in-place $undo/added)
  [ -z "$odd" ] || refuse "$odd"
  { (cd $undo/files && find . ! -type d) && cat $undo/in-place $undo/added; } | refuse_ways
  while IFS= read -r file; do
    saved=$undo/files/$file
    if [ ! -f "$saved" ] || [ ! -f "$file" ]; then continue; fi
    [ "$(readlink -f "$saved")" = "$root/$undo/files/\${file#./}" ] || refuse "$saved"
    case $(readlink -f "$file") in "$root"/*) ;; *) refuse "$file" ;; esac
  done < $undo/in-place
  while IFS= read -r file; do
    saved=$undo/files/$file
    if [ ! -f "$saved" ] || [ ! -f "$file" ]; then continue; fi
    overwrite "$file" "$saved"
    rm "$saved"
  done < $undo/in-place
  move_files $undo/files
  remove_files < $undo/added
  if [ -f $undo/made ]; then
    # The deepest first; one that has got other files stays.
    sort -r $undo/made | while IFS= read -r directory; do
      (enter "$(dirname "$directory")" && rmdir -- "./$(basename "$directory")") > /dev/null 2>&1 || :
    done
  fi
  rm -rf $undo
)
`

/** Restores the files that the last deploy replaced, and removes the directories that it made. */
export const restoreScript = `
set -eu
cd "$1"
${restoreFiles}
restore_files
`

/**
 * Records a release atomically: its description and its files, for this user alone, since pinned values may be secret.
 * Standard input: a tar with `release.json`, `list`, the paths of its files, `hashes`, their SHA-256 in the same order, the key
 * of the hashes of values if it is new, and files under `files/`. The other files are copied from the directory; those that are no longer the same there, since a
 * container or a user changed them, are printed, with exit code FILES_CHANGED. Arguments: the directory, the release, the
 * releases to drop.
 */
export const recordScript = `
set -eu
cd "$1"
${shareWithGroup}
${linkGuard}
${copyFiles}
${byDirectory}
refuse_links .dray .dray/releases
mkdir -p .dray/releases
umask 077
mode=600
[ ! -g . ] || { umask 007; mode=660; }
release=$2
shift 2
new=.dray/releases/.$release
rm -rf "$new"
# Those of other numbers, too, which a host without power left; one that cannot be removed only takes space.
rm -rf .dray/releases/.r[0-9]* 2> /dev/null || :
mkdir "$new"
# A directory of the app may be read-only, and so is its copy.
trap 'chmod -R u+w "$new" 2> /dev/null || :; rm -rf "$new"' EXIT
tar -xf - -C "$new"
mkdir -p "$new/files"
chmod $mode "$new/release.json"
sed -i 's|^|./|' "$new/list"
refuse_ways < "$new/list"
while IFS= read -r file; do
  [ -f "$new/files/$file" ] || ! is_own "$file" || printf '%s\\n' "$file"
done < "$new/list" > "$new/copied"
copy_files -pP "$new/copied" "$new/files"
paste -d / "$new/hashes" "$new/list" | while IFS=/ read -r hash file; do
  if is_own "$new/files/$file"; then
    printf '%s\\n' "$hash" >&4
    printf '%s\\n' "$file" >&5
  else
    printf '%s\\n' "$file"
  fi
done > "$new/changed" 4> "$new/expected" 5> "$new/present"
(cd "$new/files" && tr '\\n' '\\0' < ../present | xargs -0 -r sha256sum --) | sed 's/^\\\\//; s/ .*//' > "$new/found"
paste -d / "$new/expected" "$new/found" "$new/present" |
  awk -F / '$1 != $2 { sub("^[^/]*/[^/]*/", ""); print }' >> "$new/changed"
if [ -s "$new/changed" ]; then
  sed 's|^[.]/||' "$new/changed"
  exit ${FILES_CHANGED}
fi
mkdir "$new/record"
tar -czf "$new/record/bundle.tar.gz" -C "$new/files" .
mv "$new/release.json" "$new/record/"
sync "$new/record/release.json" 2> /dev/null || :
if is_own "$new/${HASH_KEY_NAME}" && ! [ -e .dray/${HASH_KEY_NAME} ] && ! [ -L .dray/${HASH_KEY_NAME} ]; then
  if [ -g . ]; then chmod 660 "$new/${HASH_KEY_NAME}"; else chmod 600 "$new/${HASH_KEY_NAME}"; fi
  mv "$new/${HASH_KEY_NAME}" .dray/
fi
rm -rf ".dray/releases/$release"
mv "$new/record" ".dray/releases/$release"
rm -rf .dray/undo
for old in "$@"; do rm -rf ".dray/releases/$old"; done
`
