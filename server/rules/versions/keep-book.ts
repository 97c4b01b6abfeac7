import type { Db } from '../../core/db/db.ts'
import { lock, pick, set, sql } from '../../core/db/sql.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { RuleSources } from '../book/bind-book.ts'
import { RULE_BOOK as b } from './rule-tables.ts'
import { CURRENT, saveBook } from './rule-version-store.ts'

/** So often it is said that somebody goes by the book in force. */
const EVERY_MS = 10 * MINUTE_MS
/** Nobody goes by one of which nobody has said it for so long. */
const REST_MS = 3 * EVERY_MS

/** While processes go by different books the newest stays the one that is kept (`isNewestBook`), until nobody goes by it any more,
 *  as after a trial that was called off: then it is one that is gone by. */
export function createKeepBook({ db, clock }: { db: Pick<Db, 'tx'>; clock: Clock }) {
  let readFrom: RuleSources | undefined
  let saidAtMs = 0

  return {
    /** `sources`: what it was read from; undefined: it is the kept one. */
    tookForce: (sources: RuleSources | undefined): void => {
      readFrom = sources
      saidAtMs = clock.now()
    },
    /** Cheap, for every beat. */
    keep: async (version: string): Promise<void> => {
      const nowMs = clock.now()
      if (nowMs - saidAtMs < EVERY_MS) return
      await db.tx(async (tx) => {
        const isOurs = sql`${b.name} = ${CURRENT} AND ${b.version} = ${version}`
        const found = await tx.run(sql`UPDATE ${b} SET ${set(b, { saved_at: nowMs })} WHERE ${isOurs}`)
        if (found > 0 || readFrom === undefined) return
        const isFresh = sql`${b.name} = ${CURRENT} AND ${b.saved_at} > ${nowMs - REST_MS}`
        const fresh = await tx.row(sql`SELECT ${pick(b, 'version')} FROM ${b} WHERE ${isFresh} ${lock()}`)
        if (fresh === undefined) await saveBook(tx, version, readFrom, nowMs)
      })
      saidAtMs = nowMs
    },
  }
}
