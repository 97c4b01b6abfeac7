# Finds, installs (Debian, as root) or starts what the larger suites need.

as_root_apt() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
  echo "Installing $* …" >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null 2>&1 ||
    { apt-get update -qq >/dev/null 2>&1 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null 2>&1; }
}

mariadb_answers() {
  node --input-type=module -e '
    import mysql from "mysql2/promise"
    const connection = await mysql.createConnection(process.argv[1])
    await connection.query("SELECT 1")
    await connection.end()
  ' "$1" >/dev/null 2>&1
}

# TEST_MYSQL_URL where it is set; else a private server that ends with the tests, in memory where there is room and without
# waiting for any disk, since nothing in it outlives the run; else one that is there already.
find_mariadb() {
  if [ -n "${TEST_MYSQL_URL:-}" ] && mariadb_answers "$TEST_MYSQL_URL"; then export TEST_MYSQL_URL; return 0; fi
  if command -v mariadbd >/dev/null 2>&1 || as_root_apt mariadb-server; then start_private_mariadb && return 0; fi
  TEST_MYSQL_URL=mysql://root@127.0.0.1:3306
  mariadb_answers "$TEST_MYSQL_URL" && export TEST_MYSQL_URL
}

start_private_mariadb() {
  local home=${TMPDIR:-/tmp} port owner=()
  if [ -d /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -1)" -gt 4000000 ]; then home=/dev/shm; fi
  private_mariadb=$(mktemp -d "$home/huoshui-mariadb-XXXXXX")
  port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
  # A folder of its own for what is temporary: a second server that starts clears away whatever of that kind lies in /tmp.
  mkdir "$private_mariadb/tmp"
  [ "$(id -u)" = 0 ] && { chown mysql "$private_mariadb" "$private_mariadb/tmp"; owner=(--user=mysql); }
  mariadb-install-db "${owner[@]}" --datadir="$private_mariadb/data" --auth-root-authentication-method=normal >/dev/null 2>&1 || return 1
  mariadbd --no-defaults --max-connections=500 "${owner[@]}" --datadir="$private_mariadb/data" --port="$port" --bind-address=127.0.0.1 \
    --socket="$private_mariadb/socket" --pid-file="$private_mariadb/pid" --tmpdir="$private_mariadb/tmp" \
    --innodb-doublewrite=0 --sync-frm=0 >"$private_mariadb/log" 2>&1 &
  for _ in $(seq 60); do
    if mariadb_answers "mysql://root@127.0.0.1:$port"; then export TEST_MYSQL_URL=mysql://root@127.0.0.1:$port; return 0; fi
    sleep 0.5
  done
  stop_private_mariadb
  return 1
}

stop_private_mariadb() {
  [ -n "${private_mariadb:-}" ] || return 0
  [ -f "$private_mariadb/pid" ] && kill "$(cat "$private_mariadb/pid")" 2>/dev/null && sleep 2
  rm -rf "$private_mariadb"
  private_mariadb=
}

find_chromium() {
  local found
  found=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
  if [ -z "$found" ]; then as_root_apt chromium fonts-noto-cjk || return 1; found=$(command -v chromium); fi
  # Without a Chinese font the screens are boxes.
  if command -v fc-list >/dev/null 2>&1 && [ -z "$(fc-list :lang=zh family 2>/dev/null)" ]; then as_root_apt fonts-noto-cjk || true; fi
  [ -x "$found" ] && export CHROMIUM=$found
}
