import type { Draft } from '../files/draft.ts'
import type { ShopRule, SopRule } from '../schema/rule-files.ts'
import { checkGrants } from './grants.ts'

/** Fields that one platform alone knows, and cannot do without. */
const OWN = { kdtId: 'youzan', address: 'crmeb', folder: 'files' } as const
/** Of shops that are asked. */
const ASKED = ['account', 'historyDays', 'pollMinutes', 'perSecond'] as const

export function checkShops(
  shops: Draft<ShopRule>[],
  { sops, isWhole }: { sops: Draft<SopRule>[]; isWhole: boolean },
): void {
  if (isWhole) checkGrants(sops, shops)
  const first = new Map<string, Draft<ShopRule>>()
  for (const draft of shops) {
    const { id, platform, address } = draft.value
    const earlier = first.get(id)
    if (earlier === undefined) first.set(id, draft)
    else draft.fault(['id'], `编号「${id}」已经是「${earlier.name}」的`, '每家店一个编号')
    if (draft.isLeftOut(['platform'])) continue
    for (const [field, of] of Object.entries(OWN) as [keyof typeof OWN, string][]) {
      const isThere = draft.value[field] !== undefined
      if (platform === of && !isThere && !draft.isLeftOut([field]))
        draft.fault(['platform'], `${of} 的店要写 ${field}`, `加一行 ${field}: …`)
      if (platform !== of && isThere) draft.fault([field], `${field} 只有 ${of} 的店才有`, '删掉这一行')
    }
    if (address !== undefined && platform === 'crmeb') checkAddress(draft, address)
    if (platform === 'files') checkFiles(draft)
    else checkAsked(draft)
  }
}

function checkAddress(draft: Draft<ShopRule>, address: string): void {
  const isOrigin = /^https?:\/\/[^\s/?#@]+\/?$/.test(address) && URL.canParse(address)
  if (!isOrigin) draft.fault(['address'], '这不是一个网址的开头', '写成 https://shop.example.com，后面不带路径')
  // The token goes over it.
  else if (address.startsWith('http:'))
    draft.advise(['address'], '用 http 的话，接口凭证在路上谁都看得到', '改成 https，只在内网用就不用管')
}

function checkFiles(draft: Draft<ShopRule>): void {
  for (const field of ASKED) {
    if (draft.value[field] === undefined) continue
    draft.fault([field], `读文件的店没有 ${field}`, '删掉这一行')
  }
}

function checkAsked(draft: Draft<ShopRule>): void {
  const { platform, account, columns } = draft.value
  if (account === undefined && !draft.isLeftOut(['account']))
    draft.fault(['platform'], `${platform} 的店要写 account`, '加一行 account: …')
  if (columns !== undefined) draft.fault(['columns'], 'columns 只有读文件的店才有', '删掉这几行')
}
