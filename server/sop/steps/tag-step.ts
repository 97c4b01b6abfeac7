import type { Tags } from '../../tags/tags.ts'
import { done, keyOf, type PerformStep } from '../step-result.ts'

export interface TagStepDeps {
  tags: Pick<Tags, 'change'>
}

export function createTagStep({ tags }: TagStepDeps): PerformStep<{ add?: string[]; remove?: string[] }> {
  return async (tx, { add = [], remove = [] }, { entry, reason }) => {
    const { externalUserId, userId } = entry
    await tags.change(tx, { externalUserId, userId, reason, key: keyOf(entry), add, remove, by: 'rule' })
    const words = [...add.map((tag) => `加 ${tag}`), ...remove.map((tag) => `去 ${tag}`)]
    return done(`标签：${words.join('、')}`, true)
  }
}
