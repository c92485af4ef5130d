/**
 * Shell functions that keep a script inside the app's directory. A container that mounts the directory can write to it, so
 * everything there is foreign, also below `.dray`: links must not lead a read or a write of the deploying user elsewhere.
 */

/** Exit code: something leads out of the directory, or is not what dray put there; the path is printed. */
export const LEADS_OUTSIDE = 74

/**
 * Defines `is_own`, for a file of dray that is read. A link, a pipe or a device is not one.
 */
export const isOwn = `
is_own() { [ -f "$1" ] && [ ! -L "$1" ]; }
`

/**
 * Sets \`root\`; the shell is in the directory. Defines
 * - \`refuse PATH\`: ends the script
 * - \`refuse_links PATH…\`: refuses those that are links
 * - \`refuse_odd PATH…\`: refuses those that exist and are not regular files
 * - \`enter DIRECTORY\`: changes to it, refused outside; it stays the same directory whatever is put in its place
 * - \`overwrite FILE FROM\`: changes the content of an existing file, which may be a link to another one inside
 */
export const linkGuard = `
${isOwn}
root=$(pwd -P)
refuse() { printf '%s\\n' "\${1#./}"; exit ${LEADS_OUTSIDE}; }
refuse_links() { for each in "$@"; do [ ! -L "$each" ] || refuse "$each"; done; }
refuse_odd() {
  for each in "$@"; do
    if [ -e "$each" ] || [ -L "$each" ]; then is_own "$each" || refuse "$each"; fi
  done
}
enter() {
  cd -P "$1" || exit
  case $PWD/ in "$root"/*) ;; *) refuse "$1" ;; esac
}
is_inside() { case $(readlink "/proc/self/fd/$1") in "$root"/*) ;; *) return 1 ;; esac; }
overwrite() {
  exec 3< "$1"
  is_inside 3 || refuse "$1"
  cat "$2" > /proc/self/fd/3
  exec 3<&-
}
`
