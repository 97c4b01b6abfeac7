import { findFollow, putFollow } from '../sandbox/relations.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Huoshui } from '../server/huoshui.ts'
import { insertRows } from '../server/testing/insert-rows.ts'

export interface Pair {
  externalUserId: string
  userId: string
  /** Has the wanted tag already. */
  isTagged: boolean
  /** Two rules want the same tag. */
  isWantedTwice: boolean
}

const GUIDES = ['zhangsan', 'lisi'] as const
const CHUNK = 500

/** Pairs of which every fifth has the tag and every tenth is wanted by two rules; two of three customers have two guides. */
export function makePairs(count: number): Pair[] {
  const pairs: Pair[] = []
  for (let customer = 0; pairs.length < count; customer++) {
    const guides = customer % 3 === 2 ? GUIDES.slice(0, 1) : GUIDES
    for (const userId of guides) {
      const n = pairs.length
      if (n === count) break
      const externalUserId = `wmTagging${String(customer).padStart(7, '0')}`
      pairs.push({ externalUserId, userId, isTagged: n % 5 === 0, isWantedTwice: n % 10 === 3 })
    }
  }
  return pairs
}

/** One call for each pair that lacks the tag: the platform takes one pair at a time. */
export const callsNeeded = (pairs: readonly Pair[]): number => pairs.filter((pair) => !pair.isTagged).length

export function putPairs(sandbox: Sandbox, pairs: readonly Pair[], tagId: string, nowMs: number): void {
  for (const { externalUserId, userId, isTagged } of pairs) {
    const customer = { externalUserId, name: '老客户', type: 1 as const, gender: 0 as const }
    putFollow(sandbox.world, customer, { userId, addedAtMs: nowMs, ...(isTagged ? { tagIds: new Set([tagId]) } : {}) })
  }
}

/** What a sync would have told of those that have the tag. */
export async function tellTagged(
  huoshui: Huoshui,
  pairs: readonly Pair[],
  tagId: string,
  nowMs: number,
): Promise<void> {
  const rows = pairs
    .filter((pair) => pair.isTagged)
    .map(({ externalUserId, userId }) => ({
      external_userid: externalUserId,
      userid: userId,
      tag_id: tagId,
      set_by: 'wecom',
      set_reason: null,
      set_at: nowMs,
    }))
  if (rows.length > 0) await huoshui.db.tx((tx) => insertRows(tx, 'follow_tag', rows))
}

/** As a rule does it; five hundred pairs in a transaction. */
export async function wantTag(huoshui: Huoshui, pairs: readonly Pair[], path: string): Promise<void> {
  for (let at = 0; at < pairs.length; at += CHUNK) {
    await huoshui.db.tx(async (tx) => {
      for (const { externalUserId, userId, isWantedTwice } of pairs.slice(at, at + CHUNK)) {
        for (const rule of isWantedTwice ? ['a', 'b'] : ['a']) {
          await huoshui.tags.change(tx, {
            externalUserId,
            userId,
            add: [path],
            by: 'rule',
            reason: { text: '压测：打标签' },
            key: `bench:${rule}:${externalUserId}:${userId}`,
          })
        }
      }
    })
  }
}

export const taggedAtWecom = (sandbox: Sandbox, pairs: readonly Pair[], tagId: string): number =>
  pairs.filter(({ userId, externalUserId }) => findFollow(sandbox.world, userId, externalUserId)?.tagIds.has(tagId))
    .length
