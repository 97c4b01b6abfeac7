import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { hookText } from '../../platform/shops/crmeb/hook-text.ts'
import { readShopSecrets } from '../../platform/shops/shop-secrets.ts'
import { CRMEB, shopEnv, WECHAT_SHOP } from '../shops/testing/shop-env.ts'
import { findingsOf, openDoctor, RULES } from './testing/open-doctor.ts'

it('shows the event text of each CRMEB shop until its key is set, and of no other shop', async () => {
  const t = await openDoctor({ config: { ...RULES, ...CRMEB, ...WECHAT_SHOP } })
  try {
    const env = shopEnv(t.sandbox)
    const about = async (changes: Record<string, string>) => {
      const shopSecrets = readShopSecrets({ ...env, ...changes })
      const report = await t.report({}, { shopSecrets })
      return findingsOf(report).filter(({ what }) => what.endsWith('：事件代码'))
    }
    const [unset, ...others] = await about({ SHOP_MALL_EVENT_SECRET: '' })
    expect(others).toEqual([])
    expect(unset).toMatchObject({ state: 'warn', what: '店铺「牧野商城」：事件代码' })
    for (const part of [
      'SHOP_MALL_EVENT_SECRET',
      'order_take',
      `curl_init('${t.url}/shops/mall/event')`,
      "'unionId' =>",
    ])
      expect(unset?.next).toContain(part)
    const set = await about({})
    expect(set).toMatchObject([{ state: 'ok', what: '店铺「牧野商城」：事件代码' }])
    expect(JSON.stringify(set)).not.toContain('sandbox-event-secret-000')
  } finally {
    await t.close()
  }
})

it.each(['shops.md', 'shops.zh-CN.md'])('is the text of %s', (page) => {
  const written = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8')
  const text = hookText('admin_order_refund_success', 'https://scrm.example.com/shops/mall/event')
  expect(written.replace("'SECRET'", "'密钥'")).toContain(text)
})
