import type { AtHand } from '../at-hand.ts'
import { nameOfStep } from '../campaigns/times-of-campaign.ts'
import type { CampaignDraft } from './campaign-drafts.ts'

/** Whoever was held out of what has gone out may get the rest with another share, and is then in neither side of the comparison. */
export async function adviseOnHoldOut(
  drafts: readonly CampaignDraft[],
  { inForce, isInUse }: Pick<AtHand, 'inForce' | 'isInUse'>,
): Promise<void> {
  for (const draft of drafts) {
    const before = inForce?.campaign?.find(({ name }) => name === draft.name)?.value
    if (before === undefined || draft.isLeftOut(['holdOut'])) continue
    if (before.holdOut?.percent === draft.value.holdOut?.percent) continue
    for (const step of before.steps) {
      if (!(await isInUse({ kind: 'send', name: nameOfStep(before, step) }))) continue
      const at = draft.value.holdOut === undefined ? ['campaign'] : ['holdOut']
      draft.advise(
        at,
        '活动已经发过，改了对照组的比例：有的人换了边，整个活动的比较会少算他们',
        '改回原来的比例；非改不可就知道比较不准',
      )
      break
    }
  }
}
