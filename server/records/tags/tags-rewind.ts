import type { Tx } from '../../core/db/tx.ts'
import type { RecordedEvent, Rewind } from '../../engine/inbox/rewind.ts'
import { TagAdded, TagRemoved } from '../customers/customer-events.ts'
import { tagQueries } from './tag-queries.ts'

interface EventSource {
  externalUserId: string
  userId: string
  tags: string[]
  by: string
}

/** What people did to tags is undone and told again; what rules did is undone, and rules do it again or not. */
export function createTagsRewind(): Rewind {
  async function set(
    tx: Tx,
    { externalUserId, userId, tags, by }: EventSource,
    isOn: boolean,
    atMs: number,
  ): Promise<void> {
    const known = await tagQueries.byPath(tx, tags)
    for (const path of tags) {
      const tag = known.get(path)
      if (tag === undefined) continue
      const row = { external_userid: externalUserId, userid: userId, tag_id: tag.tagId, set_by: by, set_at: atMs }
      if (isOn) await tx.insertIgnore('follow_tag', [row])
      else {
        await tx.run('DELETE FROM follow_tag WHERE external_userid = ? AND userid = ? AND tag_id = ?', [
          externalUserId,
          userId,
          tag.tagId,
        ])
      }
    }
  }
  const isOfTags = ({ kind }: RecordedEvent): boolean => kind === TagAdded.kind || kind === TagRemoved.kind

  return {
    turnBack: async (tx, atMs, later) => {
      await tx.run('UPDATE follow_tag_state SET pending = 0')
      // Backwards through all, so that what was first is undone last.
      for (const event of later.filter(isOfTags).toReversed()) {
        await set(tx, event.payload as unknown as EventSource, event.kind === TagRemoved.kind, atMs)
      }
      await tx.run('DELETE FROM follow_tag WHERE set_at > ?', [atMs])
    },
    tell: async (tx, event) => {
      if (isOfTags(event))
        await set(tx, event.payload as unknown as EventSource, event.kind === TagAdded.kind, event.receivedAtMs)
    },
  }
}
