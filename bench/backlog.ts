import type { Db } from '../server/core/db/db.ts'
import { raw } from '../server/core/db/sql.ts'
import { LANES } from '../server/engine/actions/action-kind.ts'
import { MarkTags, type MarkTagsPayload } from '../server/records/tags/tag-actions.ts'
import { insertRows } from '../server/testing/insert-rows.ts'

const CHUNK = 2_000

/** So many waiting `tag.mark` actions, each for a customer of its own, straight into the table. Gives the customers. */
export async function insertBacklog(db: Db, userId: string, actions: number): Promise<string[]> {
  const tag = await db.tx((tx) =>
    tx.row(raw<{ path: string }>('SELECT path FROM corp_tag WHERE gone_at IS NULL LIMIT 1')),
  )
  if (tag === undefined) throw new Error('no tag is known yet; wait for the first sync')
  const customers = Array.from({ length: actions }, (_, n) => `wmBacklog${String(n).padStart(8, '0')}`)
  for (let at = 0; at < customers.length; at += CHUNK) {
    const rows = customers.slice(at, at + CHUNK).map((externalUserId) => {
      const payload: MarkTagsPayload = { externalUserId, userId, add: [tag.path], remove: [], by: 'rule' }
      return {
        dedupe_key: `tag:bench:${externalUserId}`,
        kind: MarkTags.kind,
        lane: LANES.indexOf(MarkTags.lane),
        payload: JSON.stringify(payload),
        reason: JSON.stringify({ text: '压测：排着队的标签' }),
        external_userid: externalUserId,
        userid: userId,
        state: 'waiting',
        due_at: Date.now(),
        created_at: Date.now(),
      }
    })
    await db.tx((tx) => insertRows(tx, 'action', rows))
  }
  return customers
}
