# Packages of the operating system, by the programs they bring. Sourced, never run.

# The newest PostgreSQL's folder of programs; Debian does not put the server's on the PATH.
postgres_bin() {
  if has initdb && has pg_ctl; then
    dirname "$(command -v initdb)"
    return
  fi
  newest=$(find /usr/lib/postgresql -mindepth 3 -maxdepth 3 -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
  if [ -n "$newest" ]; then dirname "$newest"; fi
}

# A Chromium by whatever name it has here.
chromium_path() {
  for name in chromium chromium-browser google-chrome; do
    if has "$name"; then
      command -v "$name"
      return
    fi
  done
}

# Whether a Python here has the SMTP server that letters are tested against. The package brings it to the system's own Python,
# which need not be the first on the PATH.
has_smtp_server() {
  for python in /usr/bin/python3 python3; do
    if "$python" -c 'import aiosmtpd' 2>/dev/null; then return; fi
  done
  return 1
}

# install_packages PACKAGE…: by apt where there is apt; elsewhere their names, for a person.
install_packages() {
  if ! has apt-get; then
    fail "there is no apt on this system. Install what these Debian packages bring, then run this again: $*"
  fi
  if [ -z "${apt_is_fresh:-}" ]; then
    long "Reading the list of packages" as_root apt-get update -q ||
      fail "apt-get update failed: check the network and /etc/apt/sources.list, then run this again."
    apt_is_fresh=yes
  fi
  long "Installing $*" as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" ||
    fail "apt could not install: $*. Its message is above; install them by hand and run this again."
}
