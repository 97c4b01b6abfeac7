import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS } from '../../server/core/kernel/shanghai.ts'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())
const post = (path: string, body: object = {}) => t.post(`externalcontact/${path}`, body)
const errcode = async (path: string, body: object) => (await post(path, body)).errcode
const picture = async (attachment_type: string): Promise<string> => {
  const file = { name: 'a.png', type: 'image/png', bytes: Buffer.from('pretend png') }
  return String((await t.upload('media/upload_attachment', { media_type: 'image', attachment_type }, file)).media_id)
}

describe('group welcomes', () => {
  const text = { content: '欢迎 %NICKNAME%' }
  const link = { title: '群规', url: 'https://example.com' }

  it('keep the text and, of several attachments, the first in the documented order', async () => {
    const miniprogram = { title: '商城', appid: 'wx1', page: 'index' }
    const { template_id } = await post('group_welcome_template/add', { text, miniprogram, link })
    const { errcode: _ok, errmsg: _text, ...kept } = await post('group_welcome_template/get', { template_id })
    expect(kept).toEqual({ text, link })
    await post('group_welcome_template/edit', { template_id, text: { content: '你好' } })
    expect(await post('group_welcome_template/get', { template_id })).not.toHaveProperty('link')
  })

  it('may be 3,000 bytes when made, 4,000 when changed, and 100 in all', async () => {
    const long = { text: { content: 'a'.repeat(3_001) } }
    expect(await errcode('group_welcome_template/add', long)).toBe(40058)
    const { template_id } = await post('group_welcome_template/add', { text })
    expect(await errcode('group_welcome_template/edit', { template_id, ...long })).toBe(0)
    for (let n = 1; n < 100; n++) await post('group_welcome_template/add', { text })
    expect(await errcode('group_welcome_template/add', { text })).toBe(41055)
  })

  it.each([
    ['add', {}, 40058],
    ['add', { image: { media_id: 'nonsense' } }, 40007],
    ['edit', { template_id: 'nonsense', text }, 41058],
    ['get', { template_id: 'nonsense' }, 40058],
    ['del', { template_id: 'nonsense' }, 41058],
  ])('%s %j is refused', async (name, body, code) => {
    expect(await errcode(`group_welcome_template/${name}`, body)).toBe(code)
  })
})

describe('products', () => {
  const product = async () => ({
    description: '澳洲牛排',
    price: 19_900,
    attachments: [{ type: 'image', image: { media_id: await picture('2') } }],
  })

  it('are made, changed, listed by pages and gone once deleted', async () => {
    const given = await product()
    const { product_id } = await post('add_product_album', given)
    await post('add_product_album', given)
    await post('update_product_album', { product_id, price: 18_800 })
    expect((await post('get_product_album', { product_id })).product).toMatchObject({ ...given, price: 18_800 })
    const page = await post('get_product_album_list', { limit: 1 })
    expect(page.product_list).toMatchObject([{ product_id, price: 18_800 }])
    await post('delete_product_album', { product_id })
    expect(await errcode('get_product_album', { product_id })).toBe(41074)
    expect((await post('get_product_album_list')).product_list).toHaveLength(1)
  })

  it.each([
    ['a description of 301 characters', { description: '牛'.repeat(301) }, 41073],
    ['a price above 50,000 yuan', { price: 5_000_001 }, 41086],
    ['a product code with a dash', { product_sn: 'NP-1' }, 41085],
    ['no picture', { attachments: [] }, 41088],
    ['a dead picture', { attachments: [{ type: 'image', image: { media_id: 'nonsense' } }] }, 40007],
  ])('with %s are refused', async (_name, given, code) => {
    expect(await errcode('add_product_album', { ...(await product()), ...given })).toBe(code)
  })

  it('take pictures uploaded for albums only, and within three days', async () => {
    const moment = [{ type: 'image', image: { media_id: await picture('1') } }]
    const given = await product()
    expect(await errcode('add_product_album', { ...given, attachments: moment })).toBe(41072)
    t.clock.advance(3 * DAY_MS)
    expect(await errcode('add_product_album', given)).toBe(40007)
  })
})

describe('sensitive words', () => {
  const rule = {
    rule_name: '私下收款',
    word_list: ['转账'],
    semantics_list: [3],
    intercept_type: 1,
    applicable_range: { user_list: ['zhangsan'] },
  }

  it('are made, listed, changed by what is added and removed, and deleted', async () => {
    const { rule_id } = await post('add_intercept_rule', rule)
    const change = { extra_rule: { semantics_list: [1, 2] }, add_applicable_range: { department_list: [1] } }
    await post('update_intercept_rule', { rule_id, ...change, remove_applicable_range: { user_list: ['zhangsan'] } })
    expect((await post('get_intercept_rule', { rule_id })).rule).toMatchObject({
      rule_name: '私下收款',
      word_list: ['转账'],
      extra_rule: { semantics_list: [1, 2] },
      applicable_range: { user_list: [], department_list: [1] },
    })
    expect((await t.get('externalcontact/get_intercept_rule_list')).rule_list).toMatchObject([{ rule_id }])
    await post('del_intercept_rule', { rule_id })
    expect(await errcode('get_intercept_rule', { rule_id })).toBe(41071)
    expect((await t.get('externalcontact/get_intercept_rule_list')).rule_list).toEqual([])
  })

  it.each([
    ['a name of 21 characters', { rule_name: '词'.repeat(21) }, 40058],
    ['301 words', { word_list: Array.from({ length: 301 }, (_, n) => `词${n}`) }, 41068],
    ['a word of 33 characters', { word_list: ['词'.repeat(33)] }, 41083],
    ['unknown semantics', { semantics_list: [4] }, 41084],
    ['a stranger in range', { applicable_range: { user_list: ['nobody'] } }, 40003],
    ['nobody in range', { applicable_range: {} }, 40058],
    ['1,001 guides in range', { applicable_range: { user_list: Array(1_001).fill('zhangsan') } }, 41076],
  ])('with %s are refused', async (_name, given, code) => {
    expect(await errcode('add_intercept_rule', { ...rule, ...given })).toBe(code)
  })

  it('have names of their own, and are 100 at most', async () => {
    await post('add_intercept_rule', rule)
    expect(await errcode('add_intercept_rule', rule)).toBe(41077)
    for (let n = 1; n < 100; n++) await post('add_intercept_rule', { ...rule, rule_name: `规则${n}` })
    expect(await errcode('add_intercept_rule', { ...rule, rule_name: '再来' })).toBe(41069)
    expect(await errcode('get_intercept_rule', { rule_id: 'nonsense' })).toBe(41070)
  })
})
