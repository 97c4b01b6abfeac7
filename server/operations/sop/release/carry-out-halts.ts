import type { Db } from '../../../core/db/db.ts'
import { sql } from '../../../core/db/sql.ts'
import { takeRows } from '../../../core/db/take-rows.ts'
import type { Tx } from '../../../core/db/tx.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import { groupBy } from '../../../core/kernel/group-by.ts'
import { MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import type { Release } from '../../../rules/release/release.ts'
import { releaseStore } from '../../../rules/release/release-store.ts'
import type { MassSend } from '../../mass-send/mass-send.ts'
import { messageQueue } from '../messages/message-queue.ts'
import { ENTRY_COLUMNS, toEntry } from '../model/sop-entry.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import { SOP_ENTRY } from '../sop-tables.ts'
import type { Walk } from '../walk/walk.ts'

export interface HaltsDeps {
  db: Db
  clock: Clock
  versions: SopVersions
  walk: Pick<Walk, 'end'>
  massSend: Pick<MassSend, 'cancelAsked'>
}

const BATCH = 50
/** A process that had not yet heard of it may still have let somebody in, or handed a message over. */
const STRAGGLERS_MS = MINUTE_MS
const WHY = 'SOP 已由人停止'

/** Carries out `sop stop`: everybody inside, by whatever version, leaves; what guides were asked for is taken back, messages
 *  at WeCom too. Short transactions; safe to cut off and to repeat. */
export function createCarryOutHalts({ db, clock, versions, walk, massSend }: HaltsDeps) {
  async function leave(tx: Tx, { sop, atMs }: Release): Promise<number> {
    const rows = await takeRows(tx, {
      table: SOP_ENTRY,
      columns: ENTRY_COLUMNS,
      where: sql`${SOP_ENTRY.sop} = ${sop} AND ${SOP_ENTRY.state} = 'active'
        AND ${SOP_ENTRY.entered_at} <= ${atMs + STRAGGLERS_MS}`,
      orderBy: sql`${SOP_ENTRY.id}`,
      limit: BATCH,
      // Their end is written to what has not ended.
      claim: null,
    })
    for (const [version, entries] of groupBy(rows.map(toEntry), (entry) => entry.version)) {
      const known = (await versions(tx, sop, version)) ?? { name: sop, version, title: sop }
      for (const entry of entries) await walk.end(tx, known, entry, { state: 'left', why: WHY })
    }
    return rows.length
  }

  return async (): Promise<void> => {
    for (const halt of await db.statement((tx) => releaseStore.openHalts(tx))) {
      while ((await db.tx((tx) => leave(tx, halt))) > 0) {
        // Until nobody is left; welcomes pass between two batches.
      }
      await db.tx(async (tx) => {
        for (const key of await messageQueue.handedRounds(tx, halt.sop)) await massSend.cancelAsked(tx, key, WHY)
        if (clock.now() - halt.atMs > STRAGGLERS_MS) await releaseStore.setMoved(tx, halt.id, clock.now())
      })
    }
  }
}
