import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { HOUR_MS } from '../../core/kernel/shanghai.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { TagAdded, TagRemoved } from '../customers/customer-events.ts'
import { type Pair, pairOf } from '../customers/relation.ts'
import type { Timeline } from '../timeline/timeline.ts'
import {
  type KeptTag,
  putOn,
  putOnAll,
  tagsOfCustomers,
  takeOff,
  unsettledPairs,
  wantReading,
} from './follow-tag-store.ts'
import type { TagLibrary } from './tag-library.ts'
import { tagQueries } from './tag-queries.ts'

/** The corp tags that WeCom shows on one pair. */
export interface SeenTags extends Pair {
  tagIds: string[]
  /** False for a pair we have only just heard of: its tags are old and trigger nothing. */
  isNews: boolean
}

export interface SeenTagsDeps {
  clock: Clock
  emit: Emit
  timeline: Timeline
  library: Pick<TagLibrary, 'askForListing'>
}

const differs = (pair: SeenTags, kept: KeptTag[]): boolean =>
  kept.length !== pair.tagIds.length || kept.some((tag) => !pair.tagIds.includes(tag.tagId))

export interface RecordedTags {
  /** Customers whose reading is too old to be believed and should be repeated now. */
  readAgain: string[]
  /** Pairs we knew whose tags were others before. */
  changed: SeenTags[]
}

/** Takes over what people did to tags in WeCom itself. Safe to repeat. */
export function createRecordSeen({ clock, emit, timeline, library }: SeenTagsDeps) {
  return async (tx: Tx, seen: SeenTags[], readAtMs: number): Promise<RecordedTags> => {
    if (seen.length === 0) return { readAgain: [], changed: [] }
    const ids = [...new Set(seen.map((pair) => pair.externalUserId))]
    const unsettled = await unsettledPairs(tx, ids, readAtMs)
    const stored = await tagsOfCustomers(tx, ids)
    const paths = await tagQueries.pathsOf(tx, [
      ...new Set([...seen.flatMap((pair) => pair.tagIds), ...stored.map((tag) => tag.tagId)]),
    ])
    const isUnknown = seen.some((pair) => pair.tagIds.some((tagId) => !paths.has(tagId)))
    if (isUnknown) {
      await library.askForListing(tx, `unknown:${Math.floor(clock.now() / HOUR_MS)}`, '客户身上有还不认识的标签')
    }
    const readAgain = new Set<string>()
    const changed: SeenTags[] = []
    const fresh: SeenTags[] = []
    const tagsOf = groupBy(stored, pairOf)
    const stateOf = new Map(unsettled.map((state) => [pairOf(state), state]))
    for (const pair of seen) {
      const kept = tagsOf.get(pairOf(pair)) ?? []
      if (!differs(pair, kept)) continue
      const state = stateOf.get(pairOf(pair))
      if (state === undefined && kept.length === 0 && !pair.isNews) fresh.push(pair)
      else if (state === undefined) {
        if (await takeOver(tx, pair, kept, paths, readAtMs)) changed.push(pair)
      } else if (state.pending > 0) await wantReading(tx, pair)
      else readAgain.add(pair.externalUserId)
    }
    await putOnAll(tx, fresh, { by: 'wecom', atMs: clock.now() })
    return { readAgain: [...readAgain], changed: changed.filter((pair) => pair.isNews) }
  }

  async function takeOver(
    tx: Tx,
    pair: SeenTags,
    stored: KeptTag[],
    paths: Map<string, string>,
    readAtMs: number,
  ): Promise<boolean> {
    const isStored = new Set(stored.map((tag) => tag.tagId))
    const gone = stored.filter((tag) => tag.setAtMs < readAtMs && !pair.tagIds.includes(tag.tagId))
    const fresh = pair.tagIds.filter((tagId) => !isStored.has(tagId))
    if (fresh.length === 0 && gone.length === 0) return false
    await putOn(tx, pair, fresh, { by: 'wecom', reason: undefined, atMs: clock.now() })
    await takeOff(
      tx,
      pair,
      gone.map((tag) => tag.tagId),
    )
    if (!pair.isNews) return true
    const added = fresh.flatMap((tagId) => paths.get(tagId) ?? [])
    const removed = gone.flatMap((tag) => paths.get(tag.tagId) ?? [])
    const { externalUserId, userId } = pair
    const cause = `${externalUserId}:${userId}:${readAtMs}`
    const parts = [
      added.length > 0 ? `打上标签 ${added.join('、')}` : '',
      removed.length > 0 ? `移除标签 ${removed.join('、')}` : '',
    ].filter((part) => part !== '')
    if (parts.length > 0) {
      const text = `在企业微信里${parts.join('；')}`
      await timeline.note(tx, { key: `tags-seen:${cause}`, externalUserId, userId, kind: 'tag.changed', text })
    }
    if (added.length > 0) {
      const key = `seen:${readAtMs}:${externalUserId}:${fresh[0] ?? ''}`
      await emit(tx, TagAdded, { key, payload: { externalUserId, userId, tags: added, by: 'wecom' } })
    }
    if (removed.length > 0) {
      const key = `seen:${readAtMs}:${externalUserId}:${gone[0]?.tagId ?? ''}`
      await emit(tx, TagRemoved, { key, payload: { externalUserId, userId, tags: removed, by: 'wecom' } })
    }
    return true
  }
}
