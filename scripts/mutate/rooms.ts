import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Rooms whose decisions cost customers or money, each with the tests elsewhere that are about it, too. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'server/engine/inbox': ['server/huoshui.test.ts', 'server/testing/stories/all-events.test.ts'],
  'server/engine/actions': [
    'server/platform/deployment/eta.test.ts',
    'server/records/staff/leaving-and-renaming.test.ts',
    'server/testing/stories/bad-platform.test.ts',
  ],
  'server/engine/jobs': ['server/huoshui.test.ts'],
  'server/operations/routing': [
    'server/cli/groups.test.ts',
    'server/records/staff/leaving-and-renaming.test.ts',
    'server/sidebar-api/customer-routes.test.ts',
    'server/testing/stories/main-job.test.ts',
  ],
  'server/operations/welcome': [
    'server/sidebar-api/welcome-view.test.ts',
    'server/testing/stories/bad-platform.test.ts',
    'server/testing/stories/main-job.test.ts',
  ],
  'server/records/tags': [
    'server/sidebar-api/customer-routes.test.ts',
    'server/testing/stories/all-events.test.ts',
    'server/upkeep/sync',
  ],
  'server/records/orders': [
    'server/capabilities/facts.test.ts',
    'server/cli/import-orders.test.ts',
    'server/records/told',
    'server/sidebar-api/customer-routes.test.ts',
  ],
}

/** Declarations, which the compiler and `migrations/schema.test.ts` look after, and what only rehearsals do, which has its tests
 *  in `server/upkeep/rehearsal`. */
const OTHERS = /(\.test|\.d|-tables|-columns|-rewind|\/rewind|manifest)\.ts$/

const filesIn = (place: string): string[] =>
  place.endsWith('.ts')
    ? [place]
    : readdirSync(place, { recursive: true, encoding: 'utf8' }).map((path) => join(place, path))

/** What is changed in a room; paths from the project's root. */
export const codeOf = (room: string): string[] =>
  filesIn(room).filter((path) => path.endsWith('.ts') && !OTHERS.test(path) && !path.includes('/testing/'))

const testsIn = (places: readonly string[]): string[] =>
  places.flatMap(filesIn).filter((path) => path.endsWith('.test.ts'))

/** What should notice: its own tests; for what they let pass, those elsewhere that are about it; then all others. */
export function testsOf(room: string): [own: string[], elsewhere: string[], others: string[]] {
  const own = testsIn([room])
  const elsewhere = testsIn(ROOMS[room] ?? [])
  const tried = new Set([...own, ...elsewhere])
  return [own, elsewhere, testsIn(['server']).filter((path) => !tried.has(path))]
}
