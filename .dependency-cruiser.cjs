// Imports go one way: main → what we do → what we know → inbox/actions/jobs/wecom/db/rules → kernel.
const DO = 'welcome|handover|sop|routing|mass-send|tasks|tiers|scripts-library|sidebar-api|doctor'
const KNOW =
  'alerts|staff|customers|tags|channels|groups|orders|scores|timeline|media|facts|sync|contacts|profiles|surveys'
const BASE = 'inbox|actions|jobs|wecom|deployment|db|rules'
const test = '\\.test\\.ts$|/testing/'

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: { pathNot: test }, to: { circular: true } },
    {
      name: 'kernel-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^server/core/kernel/', pathNot: test },
      to: { path: '^(server|sidebar|sandbox|migrations|bench)/', pathNot: '^server/core/kernel/' },
    },
    {
      name: 'base-does-not-know-business',
      severity: 'error',
      from: { path: `^server/(${BASE})/`, pathNot: test },
      to: { path: `^server/(${DO}|${KNOW}|testing|cli)/` },
    },
    {
      name: 'rules-are-pure',
      severity: 'error',
      from: { path: '^server/rules/', pathNot: test },
      to: { path: '^server/(inbox|actions|jobs|wecom)/' },
    },
    {
      name: 'wecom-knows-nothing-of-ours',
      severity: 'error',
      from: { path: '^server/wecom/', pathNot: test },
      to: { path: '^server/(actions|jobs|deployment|db|rules)/' },
    },
    {
      name: 'knowing-does-not-act',
      severity: 'error',
      from: { path: `^server/(${KNOW})/`, pathNot: test },
      to: { path: `^server/(${DO}|testing|cli)/` },
    },
    {
      name: 'only-composition-reaches-down-everywhere',
      severity: 'error',
      from: { path: `^server/(${DO})/`, pathNot: test },
      to: { path: '^server/(main|huoshui|cli|testing)' },
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
      from: { path: '^server/', pathNot: `${test}` },
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
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.vue', '.js', '.json'] },
  },
}
