/**
 * Scripts that write, restore and archive the files of the app's directory: one round trip each, as in scripts.ts. A few
 * processes handle any number of files. Paths begin with `./`, so that they are not read as options.
 */

/** Exit code: a link leads out of the directory; the path is printed. */
export const LEADS_OUTSIDE = 74

/** `copy_files OPTION LIST TO`: copies files with their directories. */
const copyFiles = `
copy_files() {
  # shellcheck disable=SC2016 # The inner shell has its own arguments.
  tr '\\n' '\\0' < "$2" | xargs -0 -r sh -c 'option=$1 to=$2; shift 2; exec cp "$option" --parents -- "$@" "$to"' copy "$1" "$3"
}
`

/** `move_files FROM`: moves the files below FROM to the same paths below this directory, replacing each atomically. */
const moveFiles = `
move_files() {
  (cd "$1" && find . -type d) | sort | while IFS= read -r directory; do
    # shellcheck disable=SC2016 # The inner shell has its own arguments.
    find "$1/$directory" -maxdepth 1 ! -type d -print0 |
      xargs -0 -r sh -c 'to=$1; shift; exec mv -f -- "$@" "$to/"' move "$directory"
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
${copyFiles}
${moveFiles}
root=$(pwd -P)
refuse() { printf '%s\\n' "\${1#./}"; exit ${LEADS_OUTSIDE}; }
[ ! -L .dray ] || refuse .dray
rm -rf .dray/incoming .dray/saved .dray/undo
mkdir -p .dray/incoming .dray/saved/files
trap 'rm -rf .dray/incoming .dray/saved' EXIT
tar -xf - -C .dray/incoming
mkdir -p .dray/incoming/files
[ ! -g . ] || chmod -R g+w .dray/incoming/files
sed -i 's|^|./|' .dray/incoming/in-place .dray/incoming/remove .dray/incoming/adopt
(cd .dray/incoming/files && find . -type f) > .dray/incoming/list
sed 's|[^/]*$||' .dray/incoming/list .dray/incoming/remove | sort -u | while IFS= read -r directory; do
  place=$directory
  while [ ! -d "$place" ]; do place=$(dirname "$place"); done
  case $(cd "$place" && pwd -P)/ in "$root"/*) ;; *) refuse "$directory" ;; esac
done
while IFS= read -r file; do [ ! -L "$file" ] || [ ! -d "$file" ] || refuse "$file"; done < .dray/incoming/list
while IFS= read -r file; do
  [ ! -L "$file" ] || case $(readlink -f "$file") in "$root"/*) ;; *) refuse "$file" ;; esac
done < .dray/incoming/in-place
while IFS= read -r file; do
  if [ -e "$file" ] || [ -L "$file" ]; then printf '%s\\n' "$file"; else printf '%s\\n' "$file" >&3; fi
done < .dray/incoming/list > .dray/incoming/there 3> .dray/saved/added
cp .dray/incoming/in-place .dray/saved/in-place
awk 'FILENAME == ARGV[1] { mounted[$0]; next } !($0 in mounted)' .dray/incoming/in-place .dray/incoming/there |
  cat - .dray/incoming/remove > .dray/incoming/replaced

copy_files -p .dray/incoming/in-place .dray/saved/files
copy_files -pP .dray/incoming/replaced .dray/saved/files
if [ -s .dray/incoming/adopt ]; then
  mkdir -p .dray/adopted
  copy_files -p .dray/incoming/adopt .dray/adopted
fi
mv .dray/saved .dray/undo

while IFS= read -r file; do
  cat ".dray/incoming/files/$file" > "$file"
  rm ".dray/incoming/files/$file"
done < .dray/incoming/in-place
(cd .dray/incoming/files && find . -type d -print0) | xargs -0 -r mkdir -p --
move_files .dray/incoming/files
tr '\\n' '\\0' < .dray/incoming/remove | xargs -0 -r rm -f --
`

/** Defines `restore_files`, which restores the files that the last deploy replaced, if any. */
export const restoreFiles = `
restore_files() (
  set -e
  [ -d .dray/undo/files ] || exit 0
  ${moveFiles}
  while IFS= read -r file; do
    saved=.dray/undo/files/$file
    if [ ! -f "$saved" ] || [ ! -f "$file" ]; then continue; fi
    cat "$saved" > "$file"
    rm "$saved"
  done < .dray/undo/in-place
  move_files .dray/undo/files
  tr '\\n' '\\0' < .dray/undo/added | xargs -0 -r rm -f --
  rm -rf .dray/undo
)
`

/** Restores the files that the last deploy replaced. */
export const restoreScript = `
set -eu
cd "$1"
${restoreFiles}
restore_files
`

/**
 * Records a release atomically: its description and a copy of its files. Standard input: a tar with `release.json` and
 * `list`, the paths of its files. Arguments: the directory, the release, the releases to drop.
 */
export const recordScript = `
set -eu
cd "$1"
${shareWithGroup}
${copyFiles}
release=$2
shift 2
new=.dray/releases/.$release
rm -rf "$new"
mkdir -p "$new/files"
tar -xf - -C "$new"
sed -i 's|^|./|' "$new/list"
copy_files -p "$new/list" "$new/files"
tar -czf "$new/bundle.tar.gz" -C "$new/files" .
rm -rf "$new/list" "$new/files"
sync "$new/release.json" 2> /dev/null || :
rm -rf ".dray/releases/$release"
mv "$new" ".dray/releases/$release"
rm -rf .dray/undo
for old in "$@"; do rm -rf ".dray/releases/$old"; done
`
