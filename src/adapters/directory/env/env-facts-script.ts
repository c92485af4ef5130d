import { oddLines } from './odd-lines.ts'
import { HASH_KEY_NAME, valueHashes } from './value-hashes.ts'

/**
 * Parts of the script that inspects a directory: they read the server's env files, and print no value. They need `path`,
 * `stage`, `section`, `key_names`, `is_own` and `compose`. `$stage/env-files` has the env files that services name, and
 * `$stage/variables` the variables that are the content of secrets and configs, one per line.
 */
export const envFacts = {
  define: `${oddLines}${valueHashes}
# Compose reads the file once more only if a line is odd.
print_odd() {
  odd=$(odd_lines "$1" "$3")
  [ -n "$odd" ] || return 0
  section "odd-lines $2"
  printf '%s\\n' "$odd"
  echo 'services: { any: { image: any } }' |
    compose -p any --env-file "$1" -f - config -q > /dev/null 2>&1 || echo 'broken 0'
}
`,
  start: `
{ key_names "$path/.env"; cat "$stage/variables"; } > "$stage/names"
value_hashes "$path/.env" "$stage/names" "$stage/hashed" > "$stage/value-hashes" &
hashes=$!
`,
  print: `
print_odd "$path/.env" .env ''
known=$(key_names "$path/.env" | tr '\\n' ' ')
grep -vxF .env "$stage/on-server" | sort -u | while IFS= read -r file; do print_odd "$path/$file" "$file" "$known"; done
wait $hashes
section value-hashes
cat "$stage/value-hashes"
section hash-key
key=$path/.dray/${HASH_KEY_NAME}
if is_own "$key" && [ -r "$key" ]; then head -c 64 "$key"
elif [ -e "$key" ] || [ -L "$key" ]; then echo unreadable; fi
`,
}
