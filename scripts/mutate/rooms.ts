import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Rooms whose decisions cost customers or money, each with the other places whose tests are about it. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'server/engine/inbox': [],
  'server/engine/actions': [],
  'server/engine/jobs': [],
  'server/operations/routing': [],
  'server/operations/welcome': [],
  'server/records/tags': [],
  'server/records/orders': ['server/records/told'],
}

/** Declarations, which the compiler and `migrations/schema.test.ts` look after. */
const DECLARES = /(\.test|\.d|-tables|-columns|manifest)\.ts$/

const filesIn = (room: string): string[] =>
  readdirSync(room, { recursive: true, encoding: 'utf8' }).map((path) => join(room, path))

/** What is changed in a room; paths from the project's root. */
export const codeOf = (room: string): string[] =>
  filesIn(room).filter((path) => path.endsWith('.ts') && !DECLARES.test(path) && !path.includes('/testing/'))

/** What should notice. */
export const testsOf = (room: string): string[] =>
  [room, ...(ROOMS[room] ?? [])].flatMap(filesIn).filter((path) => path.endsWith('.test.ts'))
