import type { Db } from '../server/core/db/db.ts'
import { DAY_MS } from '../server/core/kernel/shanghai.ts'
import { createEmptyOld } from '../server/upkeep/people/old-contents.ts'
import { count } from './waiting.ts'

/** Long enough for any; a whole number of the days for which contents are kept. */
export const FOR_EVER = 100_000

export interface MonthEnds {
  /** Rows a second of the job that removes in bites. */
  emptied: number
  deleted: number
  /** The same month moved into a partition of its own, and dropped with it: rows a second of the moving, milliseconds of the drop. */
  moved: number
  dropMs: number
}

/** What it costs to end a month in a filled MariaDB: its contents emptied and then its rows deleted, as the job does it, beside a
 *  month that was moved into a partition and goes with it. The oldest 30 days whose contents are still there are used up. */
export async function measureMonthEnds(
  db: Db,
  { nowMs, oldestDays }: { nowMs: number; oldestDays: number },
): Promise<MonthEnds> {
  const firstMs = nowMs - oldestDays * DAY_MS
  const halfMs = firstMs + 15 * DAY_MS
  const endMs = firstMs + 30 * DAY_MS
  await db.source.query(
    `CREATE TABLE bench_month (id bigint NOT NULL, dedupe_key varchar(120) COLLATE utf8mb4_bin NOT NULL, kind varchar(100) COLLATE utf8mb4_bin NOT NULL,
       payload longtext NOT NULL, event_at bigint NOT NULL, received_at bigint NOT NULL, state varchar(12) NOT NULL,
       PRIMARY KEY (id, received_at), KEY (kind, received_at)) ENGINE=InnoDB
     PARTITION BY RANGE (received_at) (PARTITION old VALUES LESS THAN (${halfMs}), PARTITION later VALUES LESS THAN MAXVALUE)`,
  )
  await db.source.query('CREATE TABLE bench_known (key_hash binary(16) PRIMARY KEY, at bigint NOT NULL) ENGINE=InnoDB')
  const moving = await count(
    db,
    `SELECT COUNT(*) AS n FROM inbound_event WHERE received_at >= ${firstMs} AND received_at < ${halfMs}`,
  )
  const movedMs = await timed(async () => {
    for (let left = moving; left > 0; left -= 1_000) {
      await db.source.transaction(async (manager) => {
        const rows = (await manager.query(
          `SELECT id FROM inbound_event WHERE received_at >= ${firstMs} AND received_at < ${halfMs} ORDER BY id LIMIT 1000`,
        )) as { id: string }[]
        const ids = rows.map(({ id }) => id).join()
        if (ids === '') return
        await manager.query(
          `INSERT INTO bench_known SELECT UNHEX(MD5(dedupe_key)), received_at FROM inbound_event WHERE id IN (${ids})`,
        )
        await manager.query(
          `INSERT INTO bench_month SELECT id, dedupe_key, kind, payload, event_at, received_at, state FROM inbound_event WHERE id IN (${ids})`,
        )
        await manager.query(`DELETE FROM inbound_event WHERE id IN (${ids})`)
      })
    }
  })
  const dropMs = await timed(() => db.source.query('ALTER TABLE bench_month DROP PARTITION old'))
  await db.source.query('DROP TABLE bench_month, bench_known')

  return { ...(await measureBites(db, { nowMs, endMs })), moved: perSecond(moving, movedMs), dropMs }
}

/** Events a second, with their actions, that the job empties and then deletes: all that came before `endMs`. */
export async function measureBites(
  db: Db,
  { nowMs, endMs }: { nowMs: number; endMs: number },
): Promise<Pick<MonthEnds, 'emptied' | 'deleted'>> {
  const ended = await count(db, 'SELECT COUNT(*) AS n FROM inbound_event WHERE received_at < ?', [endMs])
  const days = (nowMs - endMs) / DAY_MS
  const run = (callback: number, rows: number): Promise<number> =>
    timed(() =>
      createEmptyOld({ db, clock: { now: () => nowMs }, days: { callback, rows, left: 0, order: FOR_EVER } })(
        () => true,
      ),
    )
  const emptiedMs = await run(days, FOR_EVER)
  const deletedMs = await run(days, days)
  return { emptied: perSecond(ended, emptiedMs), deleted: perSecond(ended, deletedMs) }
}

const perSecond = (rows: number, ms: number): number => Math.round(rows / (ms / 1_000))

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
