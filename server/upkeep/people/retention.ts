import type { Db } from '../../core/db/db.ts'
import { leftOut, specOf, type Table } from '../../core/db/define-table.ts'
import { list, type Sql, type SqlValue, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Job } from '../../engine/jobs/job.ts'
import { SHOP_ORDER } from '../../records/orders/order-tables.ts'
import { SURVEY_RESPONSE } from '../../records/surveys/survey-tables.ts'
import { TOLD_CONSENT } from '../../records/told-consents/told-consent-tables.ts'
import { TOLD_TAG } from '../../records/told-tags/told-tag-tables.ts'
import { SHOP_VISIT } from '../../records/visits/visit-tables.ts'
import { erasePerson } from './erase-person.ts'
import { WHOLE_DATABASE } from './every-table.ts'
import { type KeepDays, VISIT_DAYS } from './keep-days.ts'
import { leftCustomers } from './left-customers.ts'
import { createEmptyOld } from './old-contents.ts'
import { columnOf, holdsPeople, keyOf, personalOf } from './own-rows.ts'

/** Rows in one transaction. */
const BITE = 500
/** Ends before the job's lease does; an hour later it goes on. */
const BUDGET_MS = 2 * MINUTE_MS

export interface RetentionDeps {
  db: Db
  clock: Clock
  log: Pick<Logger, 'info'>
  days: KeepDays
}

/** Deletes what nobody needs any more, as the settings and the tables themselves say: contents of events and actions, then their
 *  rows; technical rows by age; customers whom nobody has any more; orders, answers, words, tags and visits that found no customer; visits. In small bites,
 *  an hour apart; cut off anywhere it goes on. What waits to be done is never touched. */
export function createRetention({ db, clock, log, days }: RetentionDeps) {
  const emptyOld = createEmptyOld({ db, clock, days })
  /** Where the look at all customers goes on, and when the next one begins: it takes longer than one run in a large corp. */
  let afterCustomer = ''
  let nextLookAtMs = 0

  async function run(): Promise<void> {
    const until = clock.now() + BUDGET_MS
    const isTime = (): boolean => clock.now() <= until
    const done = {
      ...(await emptyOld(isTime)),
      technical: await deleteTechnical(isTime),
      orders: await deleteUnowned(SHOP_ORDER, SHOP_ORDER.created_at, days.order, isTime),
      consents: await deleteUnowned(TOLD_CONSENT, TOLD_CONSENT.received_at, days.rows, isTime),
      tags: await deleteUnowned(TOLD_TAG, TOLD_TAG.received_at, days.rows, isTime),
      surveys: await deleteUnowned(SURVEY_RESPONSE, SURVEY_RESPONSE.received_at, days.rows, isTime),
      strangers: await deleteUnowned(SHOP_VISIT, SHOP_VISIT.received_at, VISIT_DAYS.unknown, isTime),
      visits: await deleteOldVisits(isTime),
      customers: await forgetLeft(isTime),
    }
    if (Object.values(done).some((count) => count > 0)) log.info(done, 'what was older than it is kept is deleted')
  }

  const before = (keptDays: number): number => clock.now() - keptDays * DAY_MS

  async function deleteTechnical(isTime: () => boolean): Promise<number> {
    const oldestMs = before(days.rows)
    let deleted = 0
    for (const table of WHOLE_DATABASE) {
      const personal = personalOf(table)
      if (!holdsPeople(personal) || personal.kept !== 'technical') continue
      const isOld = sql`${columnOf(table, personal.since)} < ${oldestMs}`
      deleted += await inBites(db, isTime, (tx) => deleteSome(tx, table, isOld))
    }
    return deleted
  }

  /** With all that belongs to them. */
  function deleteUnowned(
    table: typeof SHOP_ORDER | typeof SURVEY_RESPONSE | typeof TOLD_CONSENT | typeof TOLD_TAG | typeof SHOP_VISIT,
    since: Sql | (typeof SHOP_ORDER)['created_at'],
    keptDays: number,
    isTime: () => boolean,
  ): Promise<number> {
    const isOld = sql`${table.external_userid} IS NULL AND ${since} < ${before(keptDays)}`
    return inBites(db, isTime, (tx) => deleteSome(tx, table, isOld))
  }

  const deleteOldVisits = (isTime: () => boolean): Promise<number> =>
    inBites(db, isTime, (tx) => deleteSome(tx, SHOP_VISIT, sql`${SHOP_VISIT.at} < ${before(VISIT_DAYS.known)}`))

  async function forgetLeft(isTime: () => boolean): Promise<number> {
    if (days.left === 0 || clock.now() < nextLookAtMs) return 0
    let forgotten = 0
    while (isTime()) {
      const page = await db.tx((tx) => leftCustomers(tx, { afterId: afterCustomer, leftBeforeMs: before(days.left) }))
      for (const externalUserId of page.left) {
        // The rest of the page is found again.
        if (!isTime()) return forgotten
        // Events that named them are older than events are kept.
        await erasePerson(db, { externalUserId, unionIds: [], phoneHashes: [] }, { mentions: false })
        forgotten += 1
      }
      afterCustomer = page.last ?? ''
      if (page.last === undefined) {
        nextLookAtMs = clock.now() + DAY_MS
        break
      }
    }
    return forgotten
  }

  const job: Job = {
    name: 'people.retention',
    everyMs: HOUR_MS,
    dueAt: leftOut('a rehearsal forgets nothing'),
    run,
  }
  return { jobs: [job] }
}

async function inBites(db: Db, isTime: () => boolean, bite: (tx: Tx) => Promise<number>): Promise<number> {
  let sum = 0
  while (isTime()) {
    const deleted = await db.tx(bite)
    sum += deleted
    if (deleted < BITE) break
  }
  return sum
}

/** One bite, with the rows of other tables that belong to them. */
async function deleteSome(tx: Tx, table: Table, where: Sql): Promise<number> {
  const key = keyOf(table)
  const rows = await tx.rows(
    sql`SELECT ${select({ key })} FROM ${table} WHERE ${where} LIMIT ${BITE}` as Sql<{ key: SqlValue }>,
  )
  if (rows.length === 0) return 0
  const keys = list(rows.map((row) => row.key))
  for (const other of WHOLE_DATABASE) {
    const personal = personalOf(other)
    const through = holdsPeople(personal) ? personal.through : undefined
    if (through === undefined || specOf(through.table).name !== specOf(table).name) continue
    await tx.run(sql`DELETE FROM ${other} WHERE ${columnOf(other, through.column)} IN ${keys}`)
  }
  return tx.run(sql`DELETE FROM ${table} WHERE ${key} IN ${keys}`)
}
