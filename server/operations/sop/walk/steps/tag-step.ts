import type { Tags } from '../../../../records/tags/tags.ts'
import { chainWith } from '../../model/chain.ts'
import { done, keyOf, type PerformForAll } from '../step-result.ts'

export interface TagStepDeps {
  tags: Pick<Tags, 'changeAll'>
}

export function createTagStep({ tags }: TagStepDeps): PerformForAll<{ add?: string[]; remove?: string[] }> {
  return async (tx, { add = [], remove = [] }, contexts) => {
    await tags.changeAll(
      tx,
      contexts.map(({ entry, reason }) => ({
        externalUserId: entry.externalUserId,
        userId: entry.userId,
        reason,
        key: keyOf(entry),
        add,
        remove,
        by: 'rule' as const,
        via: chainWith(entry),
      })),
    )
    const words = [...add.map((tag) => `加 ${tag}`), ...remove.map((tag) => `去 ${tag}`)]
    return contexts.map(() => done(`标签：${words.join('、')}`, true))
  }
}
