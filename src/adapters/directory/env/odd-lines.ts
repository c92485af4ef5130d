import { dotenvAwk } from './dotenv-awk.ts'

/**
 * Shell function `odd_lines FILE NAMES`: the lines of an env file that Compose reads otherwise than meant, one per line as
 * `KIND LINE NAME`; never a value. NAMES are variables that are set elsewhere, separated by blanks. Kinds:
 *
 *     encoding     the file has zero bytes, as UTF-16 has
 *     statement    neither an assignment nor a comment
 *     quote        its quote is never closed
 *     dollar       a `$` outside single quotes, before the name of a variable without a value, or before an odd `{`
 *     files        COMPOSE_FILE
 *     raw          not NAME=value for \`format: raw\`, such as \`export NAME=value\`
 */
export const oddLines = `
odd_lines() {
  # shellcheck disable=SC2094 # Both only read.
  if ! tr -d '\\000' < "$1" | cmp -s - "$1"; then echo 'encoding 1'; return; fi
  awk -v sq="'" -v known=" $2 " '${dotenvAwk}
    {
      named = line
      sub(/^[ \\t]+/, "", named)
      sub(/\\r$/, "", named)
      if (named != "" && named !~ /^#/) {
        sub(/=.*/, "", named)
        if (named == "" || named ~ /[ \\t]/) print "raw", FNR
      }
    }
    name == "" && !inside && line !~ /^[ \\t\\r]*(#|$)/ { print "statement", FNR }
    name != "" {
      current = name
      start = FNR
      delimiter = substr(value, 1, 1)
      if (delimiter == sq) text = ""
      else if (delimiter == "\\"") text = substr(value, 2)
      else { delimiter = ""; text = value; sub(/[ \\t]#.*$/, "", text) }
      if (name == "COMPOSE_FILE") print "files", FNR, name
      if (is_lost(text)) print "dollar", FNR, name
      known = known name " "
    }
    inside && delimiter == "\\"" && is_lost(line) { print "dollar", FNR, current }
    END { if (unfinished()) print "quote", start, current }
    function is_lost(text,   at, rest) {
      while (at = index(text, "$")) {
        rest = substr(text, at + 1)
        if (delimiter == "\\"" && substr(text, at - 1, 1) == "\\\\") text = rest
        else if (substr(rest, 1, 1) == "$") text = substr(rest, 2)
        else if (match(rest, /^[A-Za-z_][A-Za-z0-9_]*/) || match(rest, /^\\{[A-Za-z_][A-Za-z0-9_]*\\}/)) {
          text = substr(rest, RLENGTH + 1)
          rest = substr(rest, 1, RLENGTH)
          gsub(/[{}]/, "", rest)
          if (!index(known, " " rest " ") && !(rest in ENVIRON)) return 1
        } else if (match(rest, /^\\{[A-Za-z_][A-Za-z0-9_]*:?[-+?]/)) text = substr(rest, RLENGTH + 1)
        else if (rest ~ /^\\{/) return 1
        else text = rest
      }
      return 0
    }
  ' "$1"
}
`
