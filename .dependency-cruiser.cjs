// Imports go down only: a storey knows those before it in this list, and every file of server/ stands in one.
const STOREYS = [
  'core',
  'engine',
  'rules',
  'platform',
  'records',
  'operations',
  'capabilities',
  'sidebar-api',
  'upkeep',
  'cli',
  'testing',
]
const upTo = (storey) =>
  `^server/((${STOREYS.slice(0, STOREYS.indexOf(storey) + 1).join('|')})/|settings(\\.test)?\\.ts$)`
const WIRING = '^server/(main|huoshui)(\\.test)?\\.ts$'
const TESTS = '\\.(test|type-test|e2e)\\.ts$'
const FURNITURE = `${TESTS}|/testing/|^sidebar/e2e/`

const rule = (name, from, to) => ({ name, severity: 'error', from, to })

module.exports = {
  forbidden: [
    ...STOREYS.slice(0, -1).map((storey) =>
      rule(
        `${storey}-imports-down-only`,
        { path: `^server/${storey}/`, pathNot: FURNITURE },
        { path: '^server/', pathNot: storey === 'cli' ? [upTo('cli'), WIRING] : upTo(storey) },
      ),
    ),
    rule('every-file-stands-in-a-storey', { path: '^server/', pathNot: [upTo('testing'), WIRING] }, {}),
    rule('nothing-stands-beside-the-storeys', {}, { path: '^server/', pathNot: [upTo('testing'), WIRING] }),
    rule('no-circular', { pathNot: FURNITURE }, { circular: true }),
    rule('settings-are-ground', { path: '^server/settings\\.ts$' }, { path: '^server/', pathNot: '^server/core/' }),
    rule('rules-are-pure', { path: '^server/rules/', pathNot: FURNITURE }, { path: '^server/engine/' }),
    rule(
      'wecom-knows-no-database',
      { path: '^server/platform/wecom/', pathNot: FURNITURE },
      { path: '^server/(core/db|engine/(actions|jobs|http)|rules|platform/deployment)/' },
    ),
    rule(
      'sandbox-is-independent',
      { path: '^sandbox/', pathNot: FURNITURE },
      { path: '^(server|sidebar|migrations)/', pathNot: '^server/core/kernel/' },
    ),
    rule(
      'server-does-not-know-the-sandbox',
      { path: '^server/', pathNot: FURNITURE },
      { path: '^(sandbox|sidebar|bench)/' },
    ),
    rule(
      'sidebar-imports-only-the-contract',
      { path: '^sidebar/', pathNot: FURNITURE },
      { path: '^server/', pathNot: '^server/sidebar-api/contract' },
    ),
    rule(
      'no-test-code-in-the-product',
      { pathNot: [FURNITURE, '^(bench|scripts/(fuzz|attack))/'] },
      { path: `${TESTS}|/testing/` },
    ),
    rule(
      'migrations-are-frozen',
      { path: '^migrations/', pathNot: FURNITURE },
      { path: '^(server|sandbox|sidebar|bench)/' },
    ),
    rule(
      'nothing-below-knows-the-history',
      { path: upTo('sidebar-api'), pathNot: FURNITURE },
      { path: '^migrations/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.vue', '.js', '.json'] },
  },
}
