import { list, pick, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { INBOUND_EVENT } from '../../engine/inbox/event-tables.ts'
import { TagAdded, TagRemoved } from '../customers/customer-events.ts'
import { createQueueTagChanges } from './queue-tag-changes.ts'
import { type TagUndo, tagsStillOther } from './undo-tags.ts'

const a = ACTION
const e = INBOUND_EVENT

/** What a change of tags really changed, by the event that told it: what was on before it is none of its doing. */
async function changedBy(tx: Tx, actionId: number): Promise<{ tag: string; wasOn: boolean }[]> {
  const keyOf = (kind: string): string => `${kind}:mark:${actionId}`
  const told = await tx.rows(
    sql`SELECT ${pick(e, 'kind', 'payload')} FROM ${e}
        WHERE ${e.dedupe_key} IN ${list([TagAdded, TagRemoved].map(({ kind }) => keyOf(kind)))}`,
  )
  return told.flatMap(({ kind, payload }) =>
    ((JSON.parse(payload) as { tags?: string[] }).tags ?? []).map((tag) => ({ tag, wasOn: kind === TagRemoved.kind })),
  )
}

/** Queues what undoes these changes of one customer's tags, as far as nobody has done so since. `keys`: those under which they
 *  were asked for. Safe to repeat: the same keys are undone once. */
export async function undoTagChanges(
  tx: Tx,
  outbox: Outbox,
  { externalUserId, keys, text, via }: { externalUserId: string; keys: readonly string[]; text: string; via: string[] },
): Promise<void> {
  if (keys.length === 0) return
  const actions = await tx.rows(
    sql`SELECT ${select({ id: a.id, key: a.dedupe_key, userId: a.userid })} FROM ${a}
        WHERE ${a.dedupe_key} IN ${list(keys.map((key) => `tag:${key}`))}`,
  )
  const queue = createQueueTagChanges({ outbox })
  for (const { id, key, userId } of actions) {
    if (userId === null) continue
    const pair = { externalUserId, userId }
    const undos: TagUndo[] = await tagsStillOther(
      tx,
      (await changedBy(tx, id)).map((one) => ({ ...one, pair })),
    )
    const changes = undos.map((undo) => ({
      ...undo,
      ...{ by: 'rule' as const, via, key: `undo:${key.slice('tag:'.length)}`.slice(0, 180), reason: { text } },
    }))
    await queue(tx, changes)
  }
}
