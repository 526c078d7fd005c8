# A PostgreSQL of the tests' own: made in a temporary folder, thrown away at the end. Sourced, never run.

postgres_home=

# The server refuses to run as root, so root lends it a user.
as_postgres() {
  if [ "$(id -u)" != 0 ]; then
    "$@"
  elif id postgres >/dev/null 2>&1; then
    runuser -u postgres -- "$@"
  else
    runuser -u nobody -- "$@"
  fi
}

free_port() {
  while :; do
    port=$((20000 + RANDOM % 20000))
    if ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '%s' "$port"
      return
    fi
  done
}

# Starts it and exports GUICHET_TEST_POSTGRES. Nothing in it outlives the tests, so it need not survive a power cut.
postgres_start() {
  bin=$(postgres_bin)
  [ -n "$bin" ] || fail "there is no PostgreSQL here. Run: scripts/bootstrap test"
  postgres_home=$(mktemp -d /tmp/guichet-postgres.XXXXXX)
  chmod 711 "$postgres_home"
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  (umask 077 && printf '%s\n' "$password" >"$postgres_home/password")
  if [ "$(id -u)" = 0 ]; then chown -R "$(as_postgres id -un)" "$postgres_home"; fi
  # From a folder that the server's user may enter.
  (
    cd "$postgres_home"
    as_postgres "$bin/initdb" --pgdata=data --username=guichet --auth=scram-sha-256 --pwfile=password \
      --encoding=UTF8 --locale=C --no-sync >initdb.log 2>&1
  ) || fail "PostgreSQL could not make a database cluster; see $postgres_home/initdb.log"
  port=$(free_port)
  settings="-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300"
  settings="$settings -c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$postgres_home"
  (
    cd "$postgres_home"
    as_postgres "$bin/pg_ctl" start --wait --silent --pgdata=data --log="$postgres_home/server.log" --options="$settings"
  ) </dev/null >/dev/null || fail "PostgreSQL did not start; see $postgres_home/server.log"
  export GUICHET_TEST_POSTGRES="postgres://guichet:$password@127.0.0.1:$port/postgres"
}

postgres_stop() {
  if [ -z "$postgres_home" ]; then return; fi
  (cd "$postgres_home" && as_postgres "$(postgres_bin)/pg_ctl" stop --mode=immediate --silent --pgdata=data) >/dev/null 2>&1 || true
  rm -rf "$postgres_home"
  postgres_home=
}
