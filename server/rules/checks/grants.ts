import { branchesOf } from '../book/sop-branches.ts'
import { didYouMean } from '../condition/did-you-mean.ts'
import type { Draft } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { ShopRule, SopRule } from '../schema/rule-files.ts'
import type { SopStep } from '../schema/sop-rule.ts'
import type { GrantStep } from '../schema/sop-step.ts'

type Gift = 'coupon' | 'points'
/** What each platform's interfaces give; the adapters say the same of themselves. */
export const GIFTS: Record<ShopRule['platform'], readonly Gift[]> = {
  'wechat-shop': ['coupon'],
  youzan: ['coupon', 'points'],
  crmeb: ['points'],
  files: [],
}
const WHY_NOT: Record<Gift, string> = {
  coupon: '发不了券',
  points: '发不了积分',
}
const INSTEAD: Record<ShopRule['platform'], string> = {
  'wechat-shop': '微信小店只能发券，写 coupon',
  youzan: '写 coupon 或 points',
  crmeb: 'CRMEB 的对外接口只能发积分，写 points；券用 message 发领券页的链接',
  files: '读文件的店没有接口：用 task 请导购去店铺后台发',
}

/** Of steps that give something at a shop: is there such a shop, and can it? */
export function checkGrants(sops: readonly Draft<SopRule>[], shops: readonly Draft<ShopRule>[]): void {
  const byId = new Map(shops.map((draft) => [draft.value.id, draft.value]))
  for (const draft of sops) {
    if (draft.isLeftOut(['steps'])) continue
    for (const [path, grant] of grantsIn(draft.value.steps, ['steps'])) checkGrant(draft, path, grant, byId)
  }
}

function checkGrant(draft: Draft<SopRule>, path: Path, grant: GrantStep, shops: ReadonlyMap<string, ShopRule>): void {
  if (draft.isLeftOut([...path, 'shop'])) return
  const shop = shops.get(grant.shop)
  if (shop === undefined) {
    const named = [...shops.values()].find((one) => one.shop === grant.shop)?.id
    const meant = named ?? didYouMean(grant.shop, new Set(shops.keys()))
    const hint = meant === undefined ? '先在 shops/ 里接上这家店' : `是不是想写 ${meant}（shops/ 里的 id）`
    draft.fault([...path, 'shop'], `没有编号是「${grant.shop}」的店`, hint)
    return
  }
  if (shop.enabled === false)
    draft.advise([...path, 'shop'], `「${shop.shop}」写了 enabled: false，券和积分发不出去`, '启用它，或者去掉这一步')
  // It goes there as a number: another one, next to it, would be given.
  if (shop.platform === 'youzan' && grant.coupon !== undefined && !Number.isSafeInteger(Number(grant.coupon)))
    draft.fault([...path, 'coupon'], `有赞没有「${grant.coupon}」这么大的活动编号`, '照有赞后台的 activity_id 写')
  for (const gift of ['coupon', 'points'] as const) {
    if (grant[gift] === undefined || GIFTS[shop.platform].includes(gift)) continue
    draft.fault([...path, gift], `「${shop.shop}」${WHY_NOT[gift]}`, INSTEAD[shop.platform])
  }
}

const grantsIn = (steps: readonly SopStep[], path: Path): [Path, GrantStep][] =>
  steps.flatMap((step, index) => {
    const here = [...path, index]
    const own: [Path, GrantStep][] = 'grant' in step ? [[[...here, 'grant'], step.grant]] : []
    return [...own, ...branchesOf(step).flatMap((branch) => grantsIn(branch.steps, [...here, ...branch.at]))]
  })
