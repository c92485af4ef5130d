import type { ShellName } from './render-candidates.ts'

/**
 * Scripts for the start-up file of a shell. They contain no commands: at every Tab they pass the words up to the cursor to
 * `dray completion SHELL -- WORD...`, so they remain valid when dray changes.
 */
export const shellScripts: Readonly<Record<ShellName, string>> = {
  // Works in bash 3.2 too, the version of macOS. bash splits COMP_WORDS at `=`, `:` and `@`, so the words are read from the
  // line. Candidates must not contain the text before the last such character; `@` belongs to the text after it.
  bash: `# In ~/.bashrc: source <(dray completion bash)
_dray() {
  local line="\${COMP_LINE:0:COMP_POINT}" current kept candidate found
  local -a words
  read -ra words <<< "$line"
  while [ "\${#words[@]}" -gt 1 ] && [ "\${words[0]}" != "\${COMP_WORDS[0]}" ]; do words=("\${words[@]:1}"); done
  case "$line" in *[[:space:]]) words+=('') ;; esac
  current="\${words[\${#words[@]}-1]}"
  kept="\${current%"\${current##*[=:]}"}"
  case "\${current#"$kept"}" in *@*) kept="\${current%@*}" ;; esac
  COMPREPLY=()
  found="$("\${words[0]}" completion bash -- "\${words[@]:1}" 2> /dev/null)"
  if [ "$found" = :files ]; then
    compopt -o filenames 2> /dev/null
    while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done < <(compgen -f -- "\${current#"$kept"}")
    return
  fi
  while IFS= read -r candidate; do
    [ -z "$candidate" ] || COMPREPLY+=("\${candidate#"$kept"}")
  done <<< "$found"
}
complete -F _dray dray
`,
  zsh: `#compdef dray
# In ~/.zshrc, after compinit: source <(dray completion zsh)
_dray() {
  local -a found
  found=("\${(@f)$("\${words[1]}" completion zsh -- "\${(@)words[2,CURRENT]}" 2> /dev/null)}")
  if [[ "$found" == :files ]]; then
    compset -P '*='
    _files
  elif [[ -n "$found" ]]; then
    _describe -V dray found
  fi
}
if [[ "\${funcstack[1]}" == _dray ]]; then _dray "$@"; else compdef _dray dray; fi
`,
  fish: `# dray completion fish > ~/.config/fish/completions/dray.fish
function __dray_candidates
  set -l words (commandline -opc) (commandline -ct)
  set -l found ($words[1] completion fish -- $words[2..-1] 2> /dev/null)
  if test "$found" = :files
    set -l typed (commandline -ct)
    set -l kept (string match --regex -- '^--[^=]+=' $typed)
    __fish_complete_path (string replace -- "$kept" '' $typed) | string replace --regex -- '^' "$kept"
  else
    printf '%s\\n' $found
  end
end
complete --command dray --no-files --keep-order --arguments '(__dray_candidates)'
`,
}
