import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { createTold, type Told, type ToldDeps } from '../told/told.ts'
import { type RecordedVisits, type RecordVisitsDeps, recordVisits, settleVisit } from './record-visits.ts'
import { parseVisits, type VisitMessage } from './visit-body.ts'
import { SHOP_VISIT } from './visit-tables.ts'

export type VisitsDeps = RecordVisitsDeps & ToldDeps

/** `record`: visits from whichever way in; repeats change nothing. */
export type Visits = Told & { record(tx: Tx, visits: readonly VisitMessage[]): Promise<RecordedVisits> }

/** What customers look at in the shop. POST /api/visits, up to 200 a call, all or none:
 *  `200 { stored, unchanged, unmatched }`. */
export function createVisits(deps: VisitsDeps): Visits {
  const record = (tx: Tx, visits: readonly VisitMessage[]) => recordVisits(tx, visits, deps)
  const told = createTold(deps, {
    name: 'visits',
    path: '/api/visits',
    parse: parseVisits,
    record,
    waiting: {
      table: SHOP_VISIT,
      isWaiting: sql`${SHOP_VISIT.external_userid} IS NULL`,
      lent: { where: sql`${SHOP_VISIT.lent} = 1`, owner: SHOP_VISIT.external_userid },
      age: SHOP_VISIT.received_at,
      toldSince: (fromMs) => sql`${SHOP_VISIT.received_at} > ${fromMs}`,
    },
    settle: (tx, id) => settleVisit(tx, id, deps),
  })
  return { ...told, record }
}
