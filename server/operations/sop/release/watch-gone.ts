import type { Db } from '../../../core/db/db.ts'
import { count, select, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import type { Alerts } from '../../../records/alerts/alerts.ts'
import { releaseStore } from '../../../rules/release/release-store.ts'
import { SOP_ENTRY } from '../sop-tables.ts'

const ALERT = 'sop-gone'

async function insideOf(tx: Tx, sop: string): Promise<number> {
  const row = await tx.row(
    sql`SELECT ${select({ people: count() })} FROM ${SOP_ENTRY}
        WHERE ${SOP_ENTRY.sop} = ${sop} AND ${SOP_ENTRY.state} = 'active' AND ${SOP_ENTRY.held_out} = 0`,
  )
  return row?.people ?? 0
}

/** Tells a person of journeys that the rules no longer have while customers are inside: a file deleted by mistake looks like
 *  one deleted on purpose. Over when the journey is back or nobody is inside any more. */
export function createWatchGone({ db, alerts }: { db: Db; alerts: Alerts }) {
  return (): Promise<void> =>
    db.tx(async (tx) => {
      const open = new Set((await alerts.queries.open(tx)).map(({ key }) => key))
      for (const { sop, what } of (await releaseStore.latest(tx)).values()) {
        const key = `${ALERT}:${sop}`
        if (what !== 'removed' && !open.has(key)) continue
        const people = what === 'removed' ? await insideOf(tx, sop) : 0
        if (people > 0) {
          await alerts.raise(tx, {
            key,
            text: `规则里已经没有 SOP「${sop}」，里面还有 ${people} 人，会按原来的版本走完`,
            todo: `误删的话恢复它的文件；要他们退出，运行 npm run -s sop -- stop ${sop}`,
          })
        } else if (open.has(key)) await alerts.resolve(tx, key)
      }
    })
}
