import type { Db } from '../server/core/db/db.ts'
import { fillPast } from './fill-past.ts'
import { multiply } from './multiply.ts'
import { addGroups, PER_GROUP, PER_GUIDE } from './plan.ts'
import { populate } from './populate.ts'
import { GUIDES } from './sidebar.ts'
import { count } from './waiting.ts'

/** What a customer leaves in a year. A model, of which a part is filled. */
const A_YEAR = { events: 40, actions: 15, notes: 30, journeys: 2, steps: 12 }
/** Of a year. */
export const SHARE = 0.1
const DAYS = 365 * SHARE
/** Of the actions. */
const WAITING = 1 / 30
/** What waits in the past that is filled, and nothing that the product itself writes. */
export const FILLED_WAIT = "state = 'waiting' AND dedupe_key LIKE 'tag:bench:%'"

export interface Filled {
  customers: number
  /** When the past ends, UTC milliseconds. */
  nowMs: number
}

/** What was filled; undefined: nothing, or not to its end. */
export async function filledIn(db: Db): Promise<Filled | undefined> {
  if (
    (await count(
      db,
      "SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'bench_year'",
    )) === 0
  )
    return undefined
  const [row] = (await db.source.query('SELECT customers, filled_ms FROM bench_year')) as {
    customers: string
    filled_ms: string
  }[]
  return row === undefined ? undefined : { customers: Number(row.customers), nowMs: Number(row.filled_ms) }
}

/** `customers` × `copies` people with all that belongs to them, and the last tenth of a year of what they did, inside MariaDB. The
 *  database is that of a corp whose first sync is over. */
export async function fillYear(
  db: Db,
  { customers, copies, print }: { customers: number; copies: number; print(line: string): void },
): Promise<Filled> {
  const all = customers * copies
  // Of the sync: a past comes in the order of its ids.
  await db.source.query("DELETE FROM inbound_event WHERE state <> 'new'")
  await db.source.query("DELETE FROM action WHERE state NOT IN ('waiting', 'running')")
  await populate(db, { customers, guides: GUIDES, perGuide: PER_GUIDE / copies, without: ['timeline'], print })
  await multiply(db, copies, print)
  const nowMs = Date.now()
  await addGroups(db, all / PER_GROUP, nowMs)
  const part = (each: number): number => Math.round(all * each * SHARE)
  await fillPast(db, {
    ...{ events: part(A_YEAR.events), actions: part(A_YEAR.actions), notes: part(A_YEAR.notes) },
    ...{
      journeys: part(A_YEAR.journeys),
      steps: part(A_YEAR.steps),
      waiting: Math.round(part(A_YEAR.actions) * WAITING),
    },
    ...{ days: DAYS, keptDays: DAYS, customers: all, nowMs, print },
  })
  await db.source.query('CREATE TABLE bench_year (customers bigint NOT NULL, filled_ms bigint NOT NULL)')
  await db.source.query(`INSERT INTO bench_year VALUES (${all}, ${nowMs})`)
  return { customers: all, nowMs }
}
