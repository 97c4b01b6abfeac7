# Steps shared by scripts/start and scripts/test; sourced from the project's root.

need_node() {
  if ! command -v node >/dev/null 2>&1; then
    echo "Node.js is missing. Install Node 20.19 or newer (nodejs.org, or your system's packages), then run this again." >&2
    exit 1
  fi
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' || {
    echo "Node $(node --version) is too old: Huoshui needs 20.19 or newer." >&2
    exit 1
  }
}

# node_modules is complete when it was made from this very lock file.
install_packages() {
  local stamp=node_modules/.huoshui-lock
  if ! cmp -s package-lock.json "$stamp" 2>/dev/null; then
    # npm would empty the folder behind the link, which another tree works with.
    if [ -L node_modules ]; then
      echo "node_modules is a link to $(readlink node_modules), whose packages are not those of this package-lock.json: run npm ci there, or remove the link." >&2
      return 1
    fi
    echo "Installing packages …" >&2
    npm ci --no-fund --no-audit --loglevel=error >&2
    cp package-lock.json "$stamp"
  fi
}

build_sidebar() {
  if [ ! -f sidebar/dist/index.html ] ||
    [ -n "$(find sidebar/src sidebar/index.html sidebar/vite.config.ts server/sidebar-api/contract.ts -newer sidebar/dist/index.html -print -quit 2>/dev/null)" ]; then
    echo "Building the sidebar …" >&2
    # Whoever runs it: a test would get Vue with all its warnings.
    NODE_ENV=production npm run --silent build -- --logLevel warn >&2
  fi
}
