import type { Tiers } from '../../../tiers/tiers.ts'
import { chainWith } from '../../model/chain.ts'
import { done, keyOf, type PerformStep } from '../step-result.ts'

export interface TierStepDeps {
  tiers: Pick<Tiers, 'set'>
}

export function createTierStep({ tiers }: TierStepDeps): PerformStep<{ ladder: string; to: string }> {
  return async (tx, { ladder, to }, { entry, reason }) => {
    const { externalUserId } = entry
    const key = keyOf(entry)
    const set = await tiers.set(tx, { ladder, externalUserId, level: to, reason, key, via: chainWith(entry) })
    if (set === 'unknown') return done(`没有调整${ladder}：规则里没有「${to}」这一级`, false)
    return set === 'stays' ? done(`${ladder}已经是 ${to}`, false) : done(`${ladder}调到 ${to}`, true)
  }
}
