import { setTimeout as pause } from 'node:timers/promises'
import type { Db } from '../server/core/db/db.ts'
import { raw } from '../server/core/db/sql.ts'

/** Asks ten times a second; throws when it takes longer than `timeoutMs`. Gives the milliseconds waited. */
export async function until(what: string, timeoutMs: number, isTrue: () => Promise<boolean>): Promise<number> {
  const began = Date.now()
  while (!(await isTrue())) {
    if (Date.now() - began > timeoutMs) throw new Error(`after ${timeoutMs / 1000} s still not so: ${what}`)
    await pause(100)
  }
  return Date.now() - began
}

/** The column `n` of the one row. */
export const count = async (db: Db, sql: string, params: (string | number)[] = []): Promise<number> =>
  Number((await db.statement((tx) => tx.row(raw<{ n: number }>(sql, params))))?.n ?? 0)

/** Everything that the parcel card's welcome needs is at the platform, and the first sync is over. */
export async function isPrepared(db: Db): Promise<boolean> {
  const codes = await count(
    db,
    "SELECT COUNT(*) AS n FROM channel WHERE state = 'package-card' AND config_id IS NOT NULL",
  )
  const pictures = await count(
    db,
    `SELECT COUNT(*) AS n FROM prepared_media
     WHERE source IN ('asset:welcome/parcel-coupon.png', 'group-qr:科普群') AND pic_url IS NOT NULL`,
  )
  const syncs = await count(db, "SELECT COUNT(*) AS n FROM sync_run WHERE state = 'done'")
  return codes === 1 && pictures === 2 && syncs > 0 && (await isIdle(db))
}

/** No event and no action is due. */
export async function isIdle(db: Db): Promise<boolean> {
  const actions = await count(
    db,
    "SELECT COUNT(*) AS n FROM action WHERE state = 'running' OR (state = 'waiting' AND due_at <= ?)",
    [Date.now()],
  )
  return actions === 0 && (await undispatched(db)) === 0
}

export const undispatched = (db: Db): Promise<number> =>
  count(db, "SELECT COUNT(*) AS n FROM inbound_event WHERE state = 'new'")

export const waitingTagMarks = (db: Db): Promise<number> =>
  count(db, "SELECT COUNT(*) AS n FROM action WHERE kind = 'tag.mark' AND state = 'waiting'")
