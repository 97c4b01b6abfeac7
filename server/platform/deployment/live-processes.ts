import type { Db } from '../../core/db/db.ts'
import { count, pick, select, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Place } from '../wecom/limits/process-share.ts'
import { LIVE_PROCESS } from './deployment-tables.ts'

const TELL_EVERY_MS = 5 * SECOND_MS
/** Who has said nothing for so long is dead. Longer than a pause and the difference of two machines' clocks. */
const SILENT_FOR_MS = 20 * SECOND_MS

/** The processes of a deployment, each a row that it renews: among how many WeCom's limits are to be divided. */
export function createLiveProcesses({ db, clock, instance }: { db: Db; clock: Clock; instance: string }) {
  let told: { atMs: number; place: Place } | undefined
  const tell = (tx: Tx): Promise<void> => tx.upsert(LIVE_PROCESS, [{ instance, seen_at: clock.now() }], ['instance'])

  return {
    /** Writes this process' row, whatever it held: who can do that can store. Throws the driver's error. */
    tell: (): Promise<void> => db.tx(tell),
    /** Says every five seconds that this process lives, and gives its place among all that do. Throws the driver's error
     *  when the database is away; safe to repeat. */
    look: async (): Promise<Place> => {
      const nowMs = clock.now()
      if (told !== undefined && Math.abs(nowMs - told.atMs) < TELL_EVERY_MS) return told.place
      await db.statement(tell)
      const seen = await db.statement((tx) =>
        tx.rows(
          sql`SELECT ${pick(LIVE_PROCESS, 'instance', 'seen_at')} FROM ${LIVE_PROCESS} ORDER BY ${LIVE_PROCESS.instance}`,
        ),
      )
      const silentAtMs = nowMs - SILENT_FOR_MS
      const living = seen.filter((one) => one.seen_at >= silentAtMs)
      if (living.length < seen.length) {
        await db.statement((tx) =>
          tx.run(sql`DELETE FROM ${LIVE_PROCESS} WHERE ${LIVE_PROCESS.seen_at} < ${silentAtMs}`),
        )
      }
      const rank = living.findIndex((one) => one.instance === instance)
      told = { atMs: nowMs, place: { rank: Math.max(0, rank), of: Math.max(1, living.length) } }
      return told.place
    },
    /** Its part is free for the others at once. */
    leave: async (): Promise<void> => {
      await db.tx((tx) => tx.run(sql`DELETE FROM ${LIVE_PROCESS} WHERE ${LIVE_PROCESS.instance} = ${instance}`))
    },
  }
}

/** How many live, as far as the table tells; for readers who are none of them. */
export async function countLive(tx: ReadTx, nowMs: number): Promise<number> {
  const living = sql`${LIVE_PROCESS.seen_at} >= ${nowMs - SILENT_FOR_MS}`
  return (await tx.row(sql`SELECT ${select({ n: count() })} FROM ${LIVE_PROCESS} WHERE ${living}`))?.n ?? 0
}
