# What the scripts say and how they run things. Sourced, never run.

# One line about what happens now.
say() { printf '%s\n' "$*"; }

# A sentence that says what to do, and the end.
fail() {
  printf '\n%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# Runs something as the superuser.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif has sudo; then
    sudo "$@"
  else
    fail "this needs the superuser and there is no sudo here. As root, run: $*"
  fi
}

# long WHAT COMMAND…: something that takes a while and talks too much. A dot every five seconds shows that it lives; its own
# words appear only when it fails.
long() {
  what=$1
  shift
  log=$(mktemp)
  printf '%s ' "$what"
  begun=$SECONDS
  "$@" >"$log" 2>&1 &
  worker=$!
  while kill -0 "$worker" 2>/dev/null; do
    sleep 1
    if [ $(((SECONDS - begun) % 5)) = 4 ]; then printf '.'; fi
  done
  if wait "$worker"; then
    printf ' %ss\n' $((SECONDS - begun))
    rm -f "$log"
  else
    printf ' failed\n'
    tail -n 40 "$log" >&2
    rm -f "$log"
    return 1
  fi
}
