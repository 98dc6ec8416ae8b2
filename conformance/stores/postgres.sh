# Functions about the distribution's PostgreSQL, for scripts that source this.

# postgres_bin prints the folder of the server's programs, which Debian doesn't have in the PATH.
postgres_bin() {
  local initdb
  initdb=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | tail -n 1)
  dirname "${initdb:-$(command -v initdb)}" 2>/dev/null
}

# postgres_install installs it where apt-get can, as root or as somebody who may become root without a password.
postgres_install() {
  local sudo=()
  ((EUID == 0)) || sudo=(sudo -n)
  command -v apt-get >/dev/null || return
  timeout 300 "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive sh -c \
    'apt-get update -q && apt-get install -yq --no-install-recommends postgresql'
}
