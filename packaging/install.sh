#!/bin/sh
# Installs dray as one executable, for one user, without root:
#
#   curl -fsSL @RELEASES@/latest/download/install.sh | sh
#
#   DRAY_VERSION       a version such as 1.2.3; default: the latest
#   DRAY_INSTALL_DIR   where to put it; default: ~/.local/bin
#   DRAY_DOWNLOAD_URL  a URL or a directory that has the files of a release; default: the release on GitHub
#
# The list of checksums has a signature (SSHSIG, made with `ssh-keygen -Y sign`), which the keys below must have made. Nothing is
# put in place before both are checked, and nothing is left when one of them is wrong.
set -eu

releases='@RELEASES@'
signers='@SIGNERS@'

fail() {
  printf 'dray was not installed. %s\n' "$1" >&2
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

# The name that Node has for this platform.
find_target() {
  system=$(uname -s)
  machine=$(uname -m)
  case "$system/$machine" in
    Linux/x86_64 | Linux/amd64) echo linux-x64 ;;
    Linux/aarch64 | Linux/arm64) echo linux-arm64 ;;
    Darwin/arm64) echo darwin-arm64 ;;
    Darwin/x86_64) echo darwin-x64 ;;
    *) fail "There is no executable for $system on $machine. With Node 20.19 or newer, use: npm install --global dray" ;;
  esac
}

# Node's executables need glibc.
refuse_musl() {
  [ "$(uname -s)" = Linux ] || return 0
  for linker in /lib/ld-musl-*; do
    [ ! -e "$linker" ] || [ -e /lib64/ld-linux-x86-64.so.2 ] || [ -e /lib/ld-linux-aarch64.so.1 ] ||
      fail 'The executable needs glibc, and this system has musl. With Node 20.19 or newer, use: npm install --global dray'
  done
}

require_tools() {
  has gzip || fail 'gzip is missing.'
  has ssh-keygen || fail 'ssh-keygen is missing; it checks the signature. Install the OpenSSH client.'
  has sha256sum || has shasum || fail 'sha256sum and shasum are both missing; one of them checks the download.'
  case "$source" in
    http://* | https://*) has curl || has wget || fail 'curl and wget are both missing; one of them fetches dray.' ;;
  esac
}

# fetch NAME: puts a file of the release into the temporary directory.
fetch() {
  from="$source/$1"
  case "$source" in
    http://* | https://*)
      if has curl; then
        curl -fsSL --retry 2 --connect-timeout 20 -o "$work/$1" "$from" 2>"$work/said" && return 0
      else
        wget -q -T 20 -O "$work/$1" "$from" 2>"$work/said" && return 0
      fi
      ;;
    *) cp "$from" "$work/$1" 2>"$work/said" && return 0 ;;
  esac
  fail "$from cannot be read. $(tail -n 1 "$work/said")"
}

check_signature() {
  printf '%s\n' "$signers" >"$work/signers"
  ssh-keygen -Y verify -f "$work/signers" -I dray -n dray-release -s "$work/SHA256SUMS.sig" \
    <"$work/SHA256SUMS" >"$work/said" 2>&1 ||
    fail "The signature of $source/SHA256SUMS is wrong: the files may not come from the authors of dray. Do not use them."
}

# Checksums of an older release have a valid signature, too.
check_version() {
  [ -z "$version" ] || grep -q "  dray-$version\.tgz\$" "$work/SHA256SUMS" ||
    fail "The files at $source are not those of dray $version."
}

check_sum() {
  wanted=$(sed -n "s/^\([0-9a-f]\{64\}\)  $1\$/\1/p" "$work/SHA256SUMS")
  [ -n "$wanted" ] || fail "The release has no $1."
  if has sha256sum; then found=$(sha256sum <"$work/$1"); else found=$(shasum -a 256 <"$work/$1"); fi
  [ "${found%% *}" = "$wanted" ] ||
    fail "The checksum of $source/$1 is wrong: the download is incomplete or was changed. Run the script again."
}

put_in_place() {
  mkdir -p "$directory" 2>"$work/said" ||
    fail "The directory $directory cannot be made. Choose another one with DRAY_INSTALL_DIR. $(tail -n 1 "$work/said")"
  # A file of another name, then renamed: a dray that is running stays whole.
  fresh="$directory/.dray-$$"
  if ! { gzip -dc "$work/$1" >"$fresh" && chmod 755 "$fresh"; } 2>"$work/said"; then
    fail "$directory cannot be written. Choose another directory with DRAY_INSTALL_DIR. $(tail -n 1 "$work/said")"
  fi
  installed=$("$fresh" --version 2>"$work/said") ||
    fail "The executable does not start on this machine. $(tail -n 1 "$work/said")"
  mv -f "$fresh" "$directory/dray"
}

clean_up() {
  [ -z "$fresh" ] || rm -f "$fresh"
  [ -z "$work" ] || rm -rf "$work"
}

# Called by the last line, so that half a script does nothing.
main() {
  fresh=''
  work=''
  version="${DRAY_VERSION:-}"
  version="${version#v}"
  directory="${DRAY_INSTALL_DIR:-${HOME:-}/.local/bin}"
  if [ -n "$version" ]; then source="$releases/download/v$version"; else source="$releases/latest/download"; fi
  source="${DRAY_DOWNLOAD_URL:-$source}"
  source="${source%/}"
  refuse_musl
  target=$(find_target)
  require_tools
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  work=$(mktemp -d) || fail 'There is no directory for temporary files.'
  fetch SHA256SUMS
  fetch SHA256SUMS.sig
  check_signature
  check_version
  fetch "dray-$target.gz"
  check_sum "dray-$target.gz"
  put_in_place "dray-$target.gz"
  printf 'Installed dray %s as %s/dray.\n' "$installed" "$directory"
  case ":$PATH:" in
    *":$directory:"*) ;;
    *)
      echo 'It is not in your PATH yet. Add this line to the start-up file of your shell:'
      printf '  export PATH="%s:%s"\n' "$directory" "\$PATH"
      ;;
  esac
}

main "$@"
