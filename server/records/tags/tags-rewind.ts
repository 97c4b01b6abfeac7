import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { RecordedEvent, Rewind } from '../../engine/inbox/rewind.ts'
import { TagAdded, TagRemoved } from '../customers/customer-events.ts'
import type { Pair } from '../customers/relation.ts'
import { takeOff } from './follow-tag-store.ts'
import { tagQueries } from './tag-queries.ts'
import { FOLLOW_TAG, FOLLOW_TAG_STATE, type TagSetBy } from './tag-tables.ts'

interface EventSource extends Pair {
  tags: string[]
  by: TagSetBy
}

/** What people did to tags is undone and told again; what rules did is undone, and rules do it again or not. */
export function createTagsRewind(): Rewind {
  async function put(tx: Tx, told: EventSource, isOn: boolean, atMs: number): Promise<void> {
    const { externalUserId, userId, tags, by } = told
    const known = await tagQueries.byPath(tx, tags)
    for (const path of tags) {
      const tag = known.get(path)
      if (tag === undefined) continue
      const row = { external_userid: externalUserId, userid: userId, tag_id: tag.tagId, set_by: by, set_at: atMs }
      if (isOn) await tx.insertIgnore(FOLLOW_TAG, [row])
      else await takeOff(tx, told, [tag.tagId])
    }
  }
  const isOfTags = ({ kind }: RecordedEvent): boolean => kind === TagAdded.kind || kind === TagRemoved.kind

  return {
    turnBack: async (tx, atMs, later) => {
      await tx.run(sql`UPDATE ${FOLLOW_TAG_STATE} SET ${set(FOLLOW_TAG_STATE, { pending: 0 })}`)
      // Backwards through all, so that what was first is undone last.
      for (const event of later.filter(isOfTags).toReversed()) {
        await put(tx, event.payload as unknown as EventSource, event.kind === TagRemoved.kind, atMs)
      }
      await tx.run(sql`DELETE FROM ${FOLLOW_TAG} WHERE ${FOLLOW_TAG.set_at} > ${atMs}`)
    },
    tell: async (tx, event) => {
      if (isOfTags(event))
        await put(tx, event.payload as unknown as EventSource, event.kind === TagAdded.kind, event.receivedAtMs)
    },
  }
}
