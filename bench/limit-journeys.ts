import { migrations } from '../migrations/index.ts'
import { createDb, type Db } from '../server/core/db/db.ts'
import { pick, raw, sql } from '../server/core/db/sql.ts'
import { takeRows } from '../server/core/db/take-rows.ts'
import type { Row } from '../server/core/db/tx.ts'
import { DAY_MS } from '../server/core/kernel/shanghai.ts'
import { SOP_ENTRY } from '../server/operations/sop/sop-tables.ts'
import { insertRows } from '../server/testing/insert-rows.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'
import { fillCustomers, fillWaiting } from './journeys-fill.ts'

const BATCH = 200

/** The limit program: takes the same due rows and writes the same kinds of rows in the same batches, and knows nothing of
 *  rules, facts, guides or reasons. `workers` side by side, each with a connection of its own. */
export async function limitJourneys(options: {
  customers: number
  server: string | undefined
  workers: number
}): Promise<{ seconds: number }> {
  const database = await createTestDatabase(options.server ?? '')
  const dbs = Array.from({ length: options.workers }, () => createDb(database.url, migrations))
  const [db] = dbs
  if (db === undefined) throw new Error('no worker')
  try {
    await db.migrate()
    const nowMs = Date.now()
    await fillCustomers(db, options.customers, nowMs)
    await fillWaiting(db, { sop: 'fire', version: 'limit', count: options.customers, dueAtMs: nowMs })
    const began = performance.now()
    await Promise.all(dbs.map((one) => work(one, nowMs)))
    return { seconds: (performance.now() - began) / 1_000 }
  } finally {
    for (const one of dbs) await one.close()
    await database.drop()
  }
}

interface Due {
  id: number
  external_userid: string
  userid: string
}

async function work(db: Db, nowMs: number): Promise<void> {
  for (let taken = BATCH; taken > 0; ) {
    taken = await db.tx(async (tx) => {
      const due = await takeRows(tx, {
        table: SOP_ENTRY,
        columns: pick(SOP_ENTRY, 'id', 'external_userid', 'userid'),
        where: sql`${SOP_ENTRY.state} = 'active' AND ${SOP_ENTRY.due_at} <= ${nowMs}`,
        orderBy: sql`${SOP_ENTRY.due_at}, ${SOP_ENTRY.id}`,
        limit: BATCH,
        // The only one who works.
        claim: null,
      })
      if (due.length === 0) return 0
      const each = (rowOf: (one: Due) => Row): Row[] => due.map(rowOf)
      for (const position of ['0', '1', '1.0.0', '2', '3']) {
        const step = (one: Due): Row => ({ entry_id: one.id, position, kind: 'task', at: nowMs, outcome: '' })
        await insertRows(tx, 'sop_step', each(step))
      }
      for (const what of ['choose', 'task']) await insertRows(tx, 'timeline', each(noteOf(what, nowMs)))
      await insertRows(tx, 'guide_task', each(taskOf(nowMs)))
      await insertRows(tx, 'action', each(actionOf(nowMs)))
      await tx.run(
        raw(`UPDATE sop_entry SET position = '3', due_at = ? WHERE id IN (${due.map(() => '?').join(', ')})`, [
          nowMs + 30 * DAY_MS,
          ...due.map((one) => one.id),
        ]),
      )
      return due.length
    })
  }
}

const noteOf =
  (what: string, nowMs: number) =>
  ({ id, external_userid, userid }: Due): Row => ({
    dedupe_key: `sop:${id}:${what}`,
    external_userid,
    userid,
    at: nowMs,
    kind: 'sop.step',
    body: what,
  })

const taskOf =
  (nowMs: number) =>
  ({ id, external_userid, userid }: Due): Row => ({
    task_key: `sop:${id}:2`,
    external_userid,
    userid,
    kind: 'sop',
    title: '问候',
    state: 'open',
    opened_at: nowMs,
    reason: '{}',
  })

const actionOf =
  (nowMs: number) =>
  ({ id, external_userid, userid }: Due): Row => ({
    dedupe_key: `tag:sop:${id}`,
    kind: 'tag.mark',
    lane: 1,
    payload: '{}',
    reason: '{}',
    external_userid,
    userid,
    state: 'waiting',
    due_at: nowMs,
    created_at: nowMs,
  })
