import type { Tx } from '../../core/db/tx.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { EventKind, PayloadOf } from '../../engine/inbox/event-kind.ts'
import { type Behind, eventsSince } from '../../engine/inbox/events-since.ts'
import { TagAdded, TagRemoved } from '../customers/customer-events.ts'
import { type Pair, pairOf } from '../customers/relation.ts'
import { tagsOfCustomers } from './follow-tag-store.ts'
import { createQueueTagChanges } from './queue-tag-changes.ts'
import { tagQueries } from './tag-queries.ts'

/** What brings one pair back to how it was. Tags are written 组/名. */
export interface TagUndo extends Pair {
  add: string[]
  remove: string[]
}

const PAGE = 1_000

interface TagOfPair {
  pair: Pair
  tag: string
}

/** A change of one tag, as its event told it. */
interface Change extends TagOfPair {
  id: number
  isOn: boolean
  /** The journey did it. */
  isOurs: boolean
}

/** What undoes the tags that a journey put on and took off since an instant. What somebody else has done to such a tag since
 *  then stays: only what the journey put on comes off, and only what is still missing comes back. Reads only. */
export async function planTagUndo(tx: Tx, sop: string, sinceMs: number): Promise<TagUndo[]> {
  // Its first change says how it was before; the last one of all, who has it now.
  const first = new Map<string, Change>()
  const newest = new Map<string, Change>()
  for await (const change of changesSince(tx, sop, sinceMs)) {
    const key = keyOf(change)
    if ((newest.get(key)?.id ?? 0) < change.id) newest.set(key, change)
    if (change.isOurs && change.id < (first.get(key)?.id ?? Number.POSITIVE_INFINITY)) first.set(key, change)
  }
  const ours = [...first].filter(([key]) => newest.get(key)?.isOurs === true)
  return tagsStillOther(
    tx,
    ours.map(([, { pair, tag, isOn }]) => ({ pair, tag, wasOn: !isOn })),
  )
}

const keyOf = ({ pair, tag }: TagOfPair): string => `${pairOf(pair)}\n${tag}`

/** All that were put on, then all that were taken off. */
async function* changesSince(tx: Tx, sop: string, sinceMs: number): AsyncGenerator<Change> {
  for (const [kind, isOn] of [
    [TagAdded, true],
    [TagRemoved, false],
  ] as const) {
    for await (const { id, payload } of allSince(tx, kind, sinceMs)) {
      const { externalUserId, userId } = payload
      const isOurs = payload.by === 'rule' && payload.via?.at(-1) === sop
      for (const tag of payload.tags) yield { id, pair: { externalUserId, userId }, tag, isOn, isOurs }
    }
  }
}

async function* allSince<Kind extends EventKind>(
  tx: Tx,
  kind: Kind,
  sinceMs: number,
): AsyncGenerator<{ id: number; payload: PayloadOf<Kind> }> {
  for (let behind: Behind = { receivedAtMs: sinceMs, id: 0 }; ; ) {
    const page = await eventsSince(tx, kind, { behind, limit: PAGE })
    for (const event of page) yield event as { id: number; payload: PayloadOf<Kind> }
    const last = page.at(-1)
    if (last === undefined) return
    behind = last
  }
}

/** What brings those tags back that are still other than they were, by pair. */
export async function tagsStillOther(tx: Tx, changes: (TagOfPair & { wasOn: boolean })[]): Promise<TagUndo[]> {
  const undos = new Map<string, TagUndo>()
  for (let at = 0; at < changes.length; at += PAGE) {
    const part = changes.slice(at, at + PAGE)
    const rows = await tagsOfCustomers(tx, [...new Set(part.map(({ pair }) => pair.externalUserId))])
    const paths = await tagQueries.pathsOf(tx, [...new Set(rows.map((tag) => tag.tagId))])
    const on = new Set(rows.map((tag) => `${pairOf(tag)}\n${paths.get(tag.tagId) ?? ''}`))
    for (const { pair, tag, wasOn } of part) {
      const isOn = on.has(keyOf({ pair, tag }))
      if (isOn === wasOn) continue
      const key = pairOf(pair)
      const undo = undos.get(key) ?? { ...pair, add: [], remove: [] }
      undos.set(key, undo)
      ;(wasOn ? undo.add : undo.remove).push(tag)
    }
  }
  return [...undos.values()]
}

/** Queues the undoing; the running server carries it out. `round` tells one undoing from the next: the same one changes
 *  nothing twice. Gives how many pairs are new. */
export async function queueTagUndo(
  tx: Tx,
  outbox: Outbox,
  { sop, title, round, undos }: { sop: string; title: string; round: string; undos: readonly TagUndo[] },
): Promise<number> {
  const queued = await createQueueTagChanges({ outbox })(
    tx,
    undos.map((undo) => ({
      ...undo,
      by: 'rule' as const,
      // The journey is not to begin again by this, nor is this to be taken for its own work.
      via: [sop, 'undo'],
      key: `undo:${sop}:${round}:${undo.externalUserId}:${undo.userId}`,
      reason: { text: `撤回 SOP「${title}」打的标签` },
    })),
  )
  return queued.size
}
