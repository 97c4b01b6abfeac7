import { sql } from '../../core/db/sql.ts'
import { createTold, type Told, type ToldDeps } from '../told/told.ts'
import { type RecordToldTagsDeps, recordToldTags } from './record-told-tags.ts'
import { settleToldTag } from './settle-told-tag.ts'
import { parseToldTags } from './told-tag-body.ts'
import { TOLD_TAG } from './told-tag-tables.ts'

export type ToldTagsDeps = RecordToldTagsDeps & ToldDeps

/** Tags that another program of the company puts on customers. POST /api/tags:
 *  `200 { changeId, result, matched, unknown?, nobody? }`. */
export function createToldTags(deps: ToldTagsDeps): Told {
  return createTold(deps, {
    name: 'told-tags',
    path: '/api/tags',
    parse: parseToldTags,
    record: async (tx, message) => ({
      changeId: message.changeId,
      ...(await recordToldTags(tx, message, deps)),
    }),
    waiting: {
      table: TOLD_TAG,
      isWaiting: sql`${TOLD_TAG.external_userid} IS NULL`,
      lent: { where: sql`${TOLD_TAG.lent} = 1`, owner: TOLD_TAG.external_userid },
      age: TOLD_TAG.said_at,
      toldSince: (fromMs) => sql`${TOLD_TAG.received_at} > ${fromMs}`,
    },
    settle: (tx, id) => settleToldTag(tx, id, deps),
  })
}
