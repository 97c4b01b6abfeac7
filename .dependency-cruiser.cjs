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
const GROUND = 'settings\\.ts$'
const WIRING = '(main|huoshui)\\.ts$'
const test = '\\.test\\.ts$|/testing/'

const upwards = STOREYS.map((storey, floor) => ({
  name: `${storey}-imports-down-only`,
  severity: 'error',
  from: { path: `^server/${storey}/`, pathNot: test },
  to: {
    path: `^server/(${[...STOREYS.slice(floor + 1), ...(storey === 'cli' ? [] : ['main\\.ts', 'huoshui\\.ts'])].join('|')})`,
  },
}))

module.exports = {
  forbidden: [
    ...upwards.slice(0, -1),
    {
      name: 'every-file-stands-in-a-storey',
      severity: 'error',
      from: {
        path: '^server/',
        pathNot: `^server/((${STOREYS.join('|')})/|${GROUND}|${WIRING}|settings\\.test\\.ts$)`,
      },
      to: {},
    },
    { name: 'no-circular', severity: 'error', from: { pathNot: test }, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: '\\.(xml|json|pem|txt|d\\.ts)$|^sandbox/facts/|(^|/)(main|env)\\.|no-network\\.ts$',
      },
      to: {},
    },
    {
      name: 'settings-are-ground',
      severity: 'error',
      from: { path: `^server/${GROUND}` },
      to: { path: '^server/', pathNot: '^server/core/' },
    },
    {
      name: 'rules-are-pure',
      severity: 'error',
      from: { path: '^server/rules/', pathNot: test },
      to: { path: '^server/engine/' },
    },
    {
      name: 'wecom-knows-no-database',
      severity: 'error',
      from: { path: '^server/platform/wecom/', pathNot: test },
      to: { path: '^server/(core/db|engine/(actions|jobs|http)|rules|platform/deployment)/' },
    },
    {
      name: 'sandbox-is-independent',
      severity: 'error',
      from: { path: '^sandbox/', pathNot: test },
      to: { path: '^(server|sidebar|migrations)/', pathNot: '^server/core/kernel/' },
    },
    {
      name: 'server-does-not-know-the-sandbox',
      severity: 'error',
      from: { path: '^server/', pathNot: test },
      to: { path: '^(sandbox|sidebar|bench)/' },
    },
    {
      name: 'sidebar-imports-only-the-contract',
      severity: 'error',
      from: { path: '^sidebar/', pathNot: '\\.test\\.ts$|/e2e/' },
      to: { path: '^server/', pathNot: '^server/sidebar-api/contract' },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { pathNot: `${test}|^bench/|/e2e/` },
      to: { path: '/testing/' },
    },
    {
      name: 'migrations-are-frozen',
      severity: 'error',
      from: { path: '^migrations/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(server|sandbox|sidebar|bench)/' },
    },
    {
      name: 'nothing-below-knows-the-history',
      severity: 'error',
      from: {
        path: '^server/(core|engine|rules|platform|records|operations|capabilities|sidebar-api)/',
        pathNot: test,
      },
      to: { path: '^migrations/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.vue', '.js', '.json'] },
  },
}
