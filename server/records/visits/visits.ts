import { sql } from '../../core/db/sql.ts'
import { createTold, type Told, type ToldDeps } from '../told/told.ts'
import { type RecordVisitsDeps, recordVisits, settleVisit } from './record-visits.ts'
import { parseVisits } from './visit-body.ts'
import { SHOP_VISIT } from './visit-tables.ts'

export type VisitsDeps = RecordVisitsDeps & ToldDeps

/** What customers look at in the shop. POST /api/visits, up to 200 a call, all or none:
 *  `200 { stored, unchanged, unmatched }`. */
export function createVisits(deps: VisitsDeps): Told {
  return createTold(deps, {
    name: 'visits',
    path: '/api/visits',
    parse: parseVisits,
    record: (tx, visits) => recordVisits(tx, visits, deps),
    waiting: {
      table: SHOP_VISIT,
      isWaiting: sql`${SHOP_VISIT.external_userid} IS NULL`,
      age: SHOP_VISIT.received_at,
      toldSince: (fromMs) => sql`${SHOP_VISIT.received_at} > ${fromMs}`,
    },
    settle: (tx, id) => settleVisit(tx, id, deps),
  })
}
