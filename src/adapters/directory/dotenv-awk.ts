/**
 * The part of an awk program that knows the lines of a dotenv file, as Compose reads them. For each line `name` is the
 * variable that begins on it, `value` what is written after it, and `inside` tells that it goes on with a quoted value of
 * an earlier line, which may look like a variable. Run it with `-v sq="'"`. `unfinished()` tells of a quote that never ended.
 */
export const dotenvAwk = `
    {
      name = ""
      inside = quote != ""
      if (inside) { if (ends($0)) quote = "" }
      else if ($0 !~ /^[ \\t]*(#|$)/ && match($0, /^[ \\t]*(export[ \\t]+)?[A-Za-z_][A-Za-z0-9_.-]*[ \\t]*[=:]/)) {
        name = substr($0, 1, RLENGTH - 1)
        sub(/^[ \\t]*(export[ \\t]+)?/, "", name)
        sub(/[ \\t]+$/, "", name)
        value = substr($0, RLENGTH + 1)
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
