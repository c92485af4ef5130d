/**
 * Part of an awk program that parses the lines of a dotenv file as Compose does. For each line, `name` is the variable
 * that begins on it, `value` the text after it, and `inside` is true within a quoted value of an earlier line, which may
 * look like a variable. A byte order mark is skipped. Requires `-v sq="'"`. `unfinished()` is true if a quote was never
 * closed.
 */
export const dotenvAwk = `
    {
      name = ""
      line = $0
      mark = "\\357\\273\\277"
      if (FNR == 1 && index(line, mark) == 1) line = substr(line, length(mark) + 1)
      inside = quote != ""
      if (inside) { if (ends(line)) quote = "" }
      else if (line !~ /^[ \\t]*(#|$)/ && match(line, /^[ \\t]*(export[ \\t]+)?[A-Za-z_][A-Za-z0-9_.-]*[ \\t]*[=:]/)) {
        name = substr(line, 1, RLENGTH - 1)
        sub(/^[ \\t]*(export[ \\t]+)?/, "", name)
        sub(/[ \\t]+$/, "", name)
        value = substr(line, RLENGTH + 1)
        sub(/^[ \\t]+/, "", value)
        quote = substr(value, 1, 1)
        if (quote != "\\"" && quote != sq) quote = ""
        else if (ends(substr(value, 2))) quote = ""
      }
    }
    function unfinished() { return quote != "" }
    function ends(text,   i, c) {
      for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        if (c == "\\\\") i++
        else if (c == quote) return 1
      }
      return 0
    }
`
