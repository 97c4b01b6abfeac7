import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const post = (path: string, body: object) => t.post(`externalcontact/${path}`, body)
const settings = {
  strategy_name: '华东',
  admin_list: ['zhangsan'],
  privilege: {},
  range: [{ type: 1, userid: 'zhangsan' }],
}

describe.each([
  ['customer', 'send_customer_msg'],
  ['moment', 'send_moment'],
])('%s strategies', (kind, right) => {
  const call = (name: string, body: object) => post(`${kind}_strategy/${name}`, body)

  it('keep what was set, and change only what is named', async () => {
    const { strategy_id } = await call('create', { ...settings, privilege: { [right]: true } })
    const change = { range_add: [{ type: 2, partyid: 1 }], range_del: [{ type: 1, userid: 'zhangsan' }] }
    await call('edit', { strategy_id, ...change })
    expect((await call('get', { strategy_id })).strategy).toMatchObject({
      strategy_id,
      parent_id: 0,
      strategy_name: '华东',
      privilege: { [right]: true },
    })
    expect((await call('get_range', { strategy_id })).range).toEqual([{ type: 2, partyid: 1 }])
    await call('del', { strategy_id })
    expect((await call('get', { strategy_id })).errcode).toBe(40058)
  })

  it('have five levels and no more, and the upper cannot go before the lower', async () => {
    const ids: unknown[] = [0]
    for (let level = 1; level <= 5; level++) {
      ids.push((await call('create', { ...settings, parent_id: ids.at(-1) })).strategy_id)
    }
    expect((await call('create', { ...settings, parent_id: ids.at(-1) })).errcode).toBe(40058)
    expect((await call('del', { strategy_id: ids[4] })).errcode).toBe(40058)
    expect((await call('del', { strategy_id: ids[5] })).errcode).toBe(0)
  })

  it.each([
    ['21 administrators', { admin_list: Array(21).fill('zhangsan') }, 40058],
    ['an unknown administrator', { admin_list: ['nobody'] }, 40003],
    ['101 places at once', { range: Array(101).fill({ type: 2, partyid: 1 }) }, 40058],
    ['an unknown department', { range: [{ type: 2, partyid: 9 }] }, 60003],
  ])('with %s are refused', async (_name, given, errcode) => {
    expect((await call('create', { ...settings, ...given })).errcode).toBe(errcode)
  })
})

describe('tags of a strategy', () => {
  let strategyId: unknown
  let tagId: string
  beforeEach(async () => {
    strategyId = (await post('customer_strategy/create', settings)).strategy_id
    const body = { strategy_id: strategyId, group_name: '组', tag: [{ name: '甲' }] }
    tagId = ((await post('add_strategy_tag', body)).tag_group as { tag: [{ id: string }] }).tag[0].id // just made
  })

  it('stand apart from the tags of the corp, though the names are the same', async () => {
    await post('add_corp_tag', { group_name: '组', tag: [{ name: '甲' }] })
    const corp = (await post('get_corp_tag_list', {})).tag_group as { tag: { id: string }[] }[]
    expect(corp.flatMap((group) => group.tag.map((tag) => tag.id))).not.toContain(tagId)
    expect((await post('get_strategy_tag_list', { strategy_id: strategyId })).tag_group).toMatchObject([
      { strategy_id: strategyId, group_name: '组', tag: [{ id: tagId, name: '甲' }] },
    ])
    expect((await post('edit_corp_tag', { id: tagId, name: '乙' })).errcode).toBe(40068)
    expect((await post('edit_strategy_tag', { id: tagId, name: '乙' })).errcode).toBe(0)
  })

  it('are put on customers like others and read back as type 3', async () => {
    await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
    const marked = await post('mark_tag', { userid: 'zhangsan', external_userid: 'wm1', add_tag: [tagId] })
    expect(marked.errcode).toBe(0)
    expect(await t.get('externalcontact/get', { external_userid: 'wm1' })).toMatchObject({
      follow_user: [{ tags: [{ tag_id: tagId, tag_name: '甲', type: 3 }] }],
    })
  })

  it('belong to top-level strategies only', async () => {
    const { strategy_id } = await post('customer_strategy/create', { ...settings, parent_id: strategyId })
    const refused = await post('add_strategy_tag', { strategy_id, group_name: '组', tag: [{ name: '乙' }] })
    expect(refused.errcode).toBe(40058)
  })
})
