import { createRequire } from 'node:module'
import type { IModule } from 'dependency-cruiser'

/** `never`: nobody of `from` may reach any of `to`, at whatever distance. Otherwise each of `to` must be reached by one of `from`. */
export interface ReachRule {
  name: string
  from: (file: string) => boolean
  to: (file: string) => boolean
  never?: true
  /** Whether what is imported only as a type counts. */
  types: boolean
}

const { scripts } = createRequire(import.meta.url)('../../package.json') as { scripts: Record<string, string> }

// What somebody starts: the programs of package.json, of scripts/start and of the page; a thread is started by its address.
const STARTED = new Set([
  ...Object.values(scripts).flatMap((line) => line.match(/[\w/.-]+\.ts/g) ?? []),
  'scripts/run.ts',
  'server/core/db/checkpoints/checkpoint-worker.ts',
  'server/rules/aside/check-worker.ts',
  'sidebar/src/main.ts',
])
const TESTS = /\.(test|type-test|e2e)\.ts$/
const FURNITURE = /\.(test|type-test|e2e)\.ts$|\/testing\/|^sidebar\/e2e\//
const FOUND_BY_NAME = /\.d\.ts$|^sandbox\/(facts\/|open-test-sandbox)|-tables\.ts$/
const WAYS_OUT =
  /^server\/(core\/outgoing\/outgoing|platform\/wecom\/(wire\/http|call|wecom)|operations\/events-out\/post-delivery|engine\/http\/app|huoshui|main)\.ts$|node_modules\/(undici|fastify)\/|^(node:)?(http|https|net|tls|dgram)$/

export const REACH_RULES: ReachRule[] = [
  {
    name: 'no-dead-files',
    from: (file) => STARTED.has(file) || file.startsWith('bench/'),
    to: (file) =>
      /^(server|migrations|sandbox|sidebar\/src)\/.*\.(ts|vue)$/.test(file) &&
      !FURNITURE.test(file) &&
      !STARTED.has(file) &&
      !FOUND_BY_NAME.test(file),
    types: true,
  },
  {
    name: 'no-dead-furniture',
    from: (file) => TESTS.test(file) || /^(bench|sidebar\/e2e)\//.test(file),
    to: (file) => /\/testing\/.*\.ts$/.test(file) && !TESTS.test(file) && !file.endsWith('no-network.ts'),
    types: true,
  },
  {
    // Out of the process a rehearsal has no way but its own scratch database.
    name: 'a-rehearsal-cannot-reach-out',
    from: (file) => file.startsWith('server/upkeep/rehearsal/') && !FURNITURE.test(file),
    to: (file) => WAYS_OUT.test(file),
    never: true,
    types: false,
  },
]

/** The files that break the rule: with `never` those that reach, otherwise those that are reached by nobody. */
export function brokenBy({ from, to, never, types }: ReachRule, modules: IModule[]): string[] {
  const next = new Map(
    modules.map(({ source, dependencies }) => [
      source,
      dependencies
        .filter(({ dependencyTypes }) => types || !dependencyTypes.includes('type-only'))
        .map(({ resolved }) => resolved),
    ]),
  )
  const starts = [...next.keys()].filter(from)
  if (never) return starts.filter((start) => [...reachedFrom([start], next)].some(to))
  const reached = reachedFrom(starts, next)
  return [...next.keys()].filter((file) => to(file) && !reached.has(file))
}

function reachedFrom(starts: string[], next: Map<string, string[]>): Set<string> {
  const reached = new Set<string>()
  const ahead = [...starts]
  for (let file = ahead.pop(); file !== undefined; file = ahead.pop())
    for (const one of next.get(file) ?? []) {
      if (reached.has(one)) continue
      reached.add(one)
      ahead.push(one)
    }
  return reached
}
