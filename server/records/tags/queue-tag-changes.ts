import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { markPending } from './follow-tag-store.ts'
import { MarkTags } from './tag-actions.ts'
import type { TagSetBy } from './tag-tables.ts'

export interface TagChange {
  externalUserId: string
  userId: string
  /** 组/名 */
  add?: readonly string[]
  /** 组/名. An automatic rule never takes off what a person put on. */
  remove?: readonly string[]
  by: TagSetBy
  /** The journeys that led to it. */
  via?: readonly string[]
  reason: Reason
  /** Once per key; ≤180 characters. */
  key: string
}

/** Queues changes of tags, each at one guide; gives the keys of those that are new. Names that WeCom does not have are made
 *  there when the rule book has them, else left out and said so on the timeline. */
export function createQueueTagChanges({ outbox }: { outbox: Pick<Outbox, 'enqueueAll'> }) {
  return async (tx: Tx, wanted: readonly TagChange[]): Promise<Set<string>> => {
    const changes = wanted.flatMap(({ externalUserId, userId, by, via, reason, key, ...tags }) => {
      const add = [...new Set(tags.add ?? [])]
      const remove = [...new Set(tags.remove ?? [])].filter((path) => !add.includes(path))
      if (add.length === 0 && remove.length === 0) return []
      const payload = { externalUserId, userId, add, remove, by, ...(via === undefined ? {} : { via: [...via] }) }
      return [{ key: `tag:${key}`, externalUserId, userId, payload, reason }]
    })
    const fresh = await outbox.enqueueAll(tx, MarkTags, changes)
    await markPending(
      tx,
      changes.filter((change) => fresh.has(change.key)),
    )
    return new Set([...fresh].map((key) => key.slice('tag:'.length)))
  }
}
