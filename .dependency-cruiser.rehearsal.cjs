// What a rehearsal can reach when it runs (types apart): no way out of the process but its own scratch database.
const { options } = require('./.dependency-cruiser.cjs')

module.exports = {
  forbidden: [
    {
      name: 'a-rehearsal-cannot-reach-out',
      severity: 'error',
      from: { path: '^server/upkeep/rehearsal/', pathNot: '\\.test\\.ts$|/testing/' },
      to: {
        path: '^server/(platform/wecom/(wire/http|call|wecom)|operations/events-out/post-delivery|engine/http/app|huoshui|main)\\.ts$|node_modules/(axios|fastify)/|^(node:)?(http|https|net|tls|dgram)$',
        reachable: true,
      },
    },
  ],
  options: { ...options, tsPreCompilationDeps: false },
}
