import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const DATABASE = 'server/core/db/db.ts'
/** What a test waits for when it does more than calling functions: a database, a platform that listens, other processes. */
const SLOW = [DATABASE, 'sandbox/sandbox.ts', 'node:child_process']
const FOLDERS = ['server', 'sandbox', 'migrations', 'bench', 'scripts']

const known = new Map<string, string[]>()

/** What a file imports or re-exports at run time: project files as paths from the root, the rest by name. */
function importsOf(file: string): string[] {
  const found = known.get(file)
  if (found !== undefined) return found
  const statements = readFileSync(file, 'utf8').matchAll(
    /^(?:import|export)\s+(?!type\b)(?:[^'"`;]*?\sfrom\s+)?'([^']+)'/gm,
  )
  const imports = [...statements].map(([, name = '']) => (name.startsWith('.') ? join(dirname(file), name) : name))
  known.set(file, imports)
  return imports
}

/** Everything that is loaded when `file` is, itself included. */
function loadedBy(file: string): ReadonlySet<string> {
  const loaded = new Set([file])
  for (const one of loaded) if (one.endsWith('.ts')) for (const next of importsOf(one)) loaded.add(next)
  return loaded
}

const everyTest = (): string[] =>
  FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  ).filter((path) => path.endsWith('.test.ts'))

/** Test files that only call functions; paths from the project's root, where this must run. */
export const pureTests = (): string[] =>
  everyTest().filter((file) => {
    const loaded = loadedBy(file)
    return !SLOW.some((slow) => loaded.has(slow))
  })

/** Long ones whose every statement is met by the tests of its own room as well: the commands of our pages, starting, an
 *  evening on which everything goes wrong, attacks on the wire, and requests that are none. */
const ONCE_IS_ENOUGH =
  /^(scripts\/(docs-commands|run|attack\/attack)|bench\/evening|server\/engine\/http\/odd-requests)\.test\.ts$/

/** What carries SQL out and makes the tables: its tests run on both databases every time. */
const ENGINE = /^(migrations|server\/(core|engine))\//

/** Rooms whose tests run on both as well, where they speak of SQL or of what makes it. */
const RECORDS = /^server\/(records|platform|testing)\//

const SQL = /\bsql`|\braw[<(]/
const makesSql = (file: string): boolean => file.endsWith('.ts') && SQL.test(readFileSync(file, 'utf8'))

/** Whether one of the two databases can answer otherwise than what the engine's own tests have shown. */
const needsBoth = (file: string): boolean =>
  ENGINE.test(file) ||
  (RECORDS.test(file) && [file, ...importsOf(file).filter((one) => !one.includes('/testing/'))].some(makesSql))

/** Test files that load the database: only these can come out differently on MySQL. */
export const databaseTests = (): string[] =>
  everyTest().filter((file) => loadedBy(file).has(DATABASE) && !ONCE_IS_ENOUGH.test(file))

/** Who is next, when both databases are there: what need not run on both each time runs on one
 *  database now and on the other at the next commit. `turn`: 0 or 1. */
export function testsOfTurn(database: 'sqlite' | 'mysql', turn: number): string[] {
  const either = new Set(databaseTests().filter((file) => !needsBoth(file)))
  const isOnMysql = (file: string): boolean => (createHash('sha1').update(file).digest()[0] ?? 0) % 2 === turn % 2
  return (database === 'mysql' ? databaseTests() : everyTest()).filter(
    (file) => !either.has(file) || isOnMysql(file) === (database === 'mysql'),
  )
}

/** Files that take longest, which must not come last: the other cores would wait for them. */
export const LONG = [
  'scripts/recipe',
  'bench/chaos',
  'scripts/attack/attack',
  'server/operations/mass-send/kill-points',
  'server/operations/mass-send/calendar',
  'migrations/killed',
  'bench/evening',
  'server/cli/sop',
  'server/testing/stories/config-examples',
  'server/testing/stories/previous-release',
  'server/operations/mass-send/campaigns',
  'server/core/db/checkpoints/checkpointer',
]

/** The long ones first, then the rest as it was. */
export const longestFirst = <File>(files: readonly File[], pathOf: (file: File) => string): File[] => {
  const rankOf = (file: File): number => {
    const rank = LONG.findIndex((name) => pathOf(file).endsWith(`/${name}.test.ts`))
    return rank < 0 ? LONG.length : rank
  }
  return [...files].sort((a, b) => rankOf(a) - rankOf(b))
}
