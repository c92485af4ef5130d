/**
 * Shell function `write_hosts TEXT`: makes TEXT the content of `/etc/hosts`, and reads it back; it fails if that is not so. In one write, so
 * that a reader does not see half of the file, and over the old content, which on a full disk would be lost if the file were cut
 * first. A shorter text gets empty lines up to the old length.
 */
export const writeHosts = `
write_hosts() {
  [ -n "$1" ] || return 1
  before=$(cat /etc/hosts && echo .) || return 1
  filled=$1
  # Without the dot, which keeps the line breaks before it, and the one that is printed.
  while [ \${#filled} -lt $((\${#before} - 2)) ]; do filled="$filled
"; done
  printf '%s\\n' "$filled" 1<> /etc/hosts || return 1
  [ "$(cat /etc/hosts)" = "$1" ]
}
`
