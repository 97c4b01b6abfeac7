import { afterEach, beforeEach, expect, test } from 'vitest'
import { type OpenSandbox, openSandbox } from '../testing/open-sandbox.ts'

let t: OpenSandbox
beforeEach(async () => {
  t = await openSandbox()
})
afterEach(() => t.close())
const link = { title: '群规', url: 'https://example.com' }
const text = { content: '欢迎 %NICKNAME%' }
const rule = { rule_name: '私下收款', word_list: ['转账'], intercept_type: 1 as const }
const range = { applicable_range: { user_list: ['zhangsan'] } }

test('a group welcome is made, read, changed and deleted', async () => {
  const { groupWelcomes } = t.wecom
  const { template_id } = await groupWelcomes.add({ text, link, notify: 0 })
  expect(await groupWelcomes.get({ template_id })).toMatchObject({ text, link })
  await groupWelcomes.edit({ template_id, text: { content: '你好' } })
  expect((await groupWelcomes.get({ template_id })).text).toEqual({ content: '你好' })
  await groupWelcomes.del({ template_id })
  await expect(groupWelcomes.del({ template_id })).rejects.toMatchObject({ errcode: 41058 })
})

test('a product is made, listed, changed and deleted', async () => {
  const { products, media } = t.wecom
  const file = { use: 'album' as const, type: 'image' as const, fileName: 'a.png', bytes: Buffer.alloc(60) }
  const { media_id } = await media.uploadAttachment(file)
  const attachments = [{ type: 'image' as const, image: { media_id } }]
  const { product_id } = await products.add({ description: '澳洲牛排', price: 19_900, attachments })
  await products.update({ product_id, price: 18_800 })
  expect((await products.list()).product_list).toMatchObject([{ product_id, price: 18_800 }])
  expect((await products.get({ product_id })).product).toMatchObject({ description: '澳洲牛排', attachments })
  await products.del({ product_id })
  await expect(products.get({ product_id })).rejects.toMatchObject({ errcode: 41074, retry: 'never' })
})

test('a rule of sensitive words is made, listed, changed and deleted', async () => {
  const { interceptRules } = t.wecom
  const { rule_id } = await interceptRules.add({ ...rule, ...range })
  await expect(interceptRules.add({ ...rule, ...range })).rejects.toMatchObject({ errcode: 41077, retry: 'never' })
  expect((await interceptRules.list()).rule_list).toMatchObject([{ rule_id, rule_name: '私下收款' }])
  await interceptRules.update({ rule_id, word_list: ['转账', '加微信'], extra_rule: { semantics_list: [3] } })
  expect((await interceptRules.get({ rule_id })).rule).toMatchObject({
    word_list: ['转账', '加微信'],
    extra_rule: { semantics_list: [3] },
    applicable_range: { user_list: ['zhangsan'] },
  })
  await interceptRules.del({ rule_id })
  await expect(interceptRules.get({ rule_id })).rejects.toMatchObject({ errcode: 41071 })
})

const pictures = (count: number) => Array(count).fill({ type: 'image' as const, image: { media_id: 'm1' } })
test.each([
  ['a group welcome without content', () => t.wecom.groupWelcomes.add({}), '入群欢迎语要有正文或附件，附件只能有一个'],
  [
    'a group welcome with two attachments',
    () => t.wecom.groupWelcomes.add({ link, video: { media_id: 'm1' } }),
    '入群欢迎语要有正文或附件，附件只能有一个',
  ],
  [
    'a new group welcome of 3,001 bytes',
    () => t.wecom.groupWelcomes.add({ text: { content: 'a'.repeat(3_001) } }),
    '「入群欢迎语」有 3001 字节，最多 3000 字节（一个汉字 3 字节）',
  ],
  [
    'a product at 50,000.01 yuan',
    () => t.wecom.products.add({ description: '牛', price: 5_000_001, attachments: pictures(1) }),
    '字段 price不能大于 5000000',
  ],
  [
    'a product with ten pictures',
    () => t.wecom.products.add({ description: '牛', price: 1, attachments: pictures(10) }),
    '字段 attachments最多 9 项',
  ],
  [
    'a product code with a dash',
    () => t.wecom.products.add({ description: '牛', price: 1, product_sn: 'NP-1', attachments: pictures(1) }),
    '「商品编码」只能是字母和数字，最多 128 个',
  ],
  [
    'a sensitive word of 33 characters',
    () => t.wecom.interceptRules.add({ ...rule, ...range, word_list: ['词'.repeat(33)] }),
    '「敏感词」有 33 个字，最多 32 个字',
  ],
  [
    '301 sensitive words',
    () => t.wecom.interceptRules.add({ ...rule, ...range, word_list: Array(301).fill('词') }),
    '字段 word_list最多 300 项',
  ],
])('%s is refused here, in words that help, and nothing is sent', async (_name, ask, zh) => {
  await expect(ask()).rejects.toMatchObject({ code: 'wecom.bad-request', zh })
  expect(t.sandbox.calls()).toEqual([])
})
