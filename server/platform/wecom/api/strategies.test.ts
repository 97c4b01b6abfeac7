import { afterEach, beforeEach, expect, test } from 'vitest'
import { type OpenSandbox, openSandbox } from '../testing/open-sandbox.ts'

let t: OpenSandbox
beforeEach(async () => {
  t = await openSandbox()
})
afterEach(() => t.close())

const settings = (privilege: Record<string, boolean>) => ({
  strategy_name: '华东',
  admin_list: ['zhangsan'],
  privilege,
  range: [{ type: 1 as const, userid: 'zhangsan' }],
})

test.each(['customer', 'moment'] as const)('a %s strategy is made, read, changed and deleted', async (kind) => {
  const strategies = kind === 'customer' ? t.wecom.customerStrategies : t.wecom.momentStrategies
  const right = kind === 'customer' ? 'send_customer_msg' : 'send_moment'
  const { strategy_id } = await strategies.create(settings({ [right]: true }))
  expect((await strategies.list()).strategy).toEqual([{ strategy_id }])
  await strategies.edit({ strategy_id, strategy_name: '华北', range_add: [{ type: 2, partyid: 1 }] })
  expect((await strategies.get({ strategy_id })).strategy).toMatchObject({
    strategy_name: '华北',
    privilege: { [right]: true },
  })
  expect((await strategies.range({ strategy_id })).range).toEqual([
    { type: 1, userid: 'zhangsan' },
    { type: 2, partyid: 1 },
  ])
  await strategies.del({ strategy_id })
  await expect(strategies.get({ strategy_id })).rejects.toMatchObject({ errcode: 40058, retry: 'never' })
})

test('a tag of a strategy is made, listed, renamed, put on a customer and deleted', async () => {
  const { strategyTags, tags, contacts } = t.wecom
  const { strategy_id } = await t.wecom.customerStrategies.create(settings({}))
  const { tag_group } = await strategyTags.add({ strategy_id, group_name: '组', tag: [{ name: '甲' }, { name: '乙' }] })
  const [first, second] = tag_group.tag ?? []
  const id = first?.id ?? ''
  await strategyTags.edit({ id, name: '丙' })
  const taken = strategyTags.edit({ id, name: '乙' })
  await expect(taken).rejects.toMatchObject({ errcode: 40071, retry: 'never' })
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
  await tags.mark({ userid: 'zhangsan', external_userid: 'wm1', add_tag: [id] })
  expect((await contacts.get('wm1')).follow_user).toMatchObject([{ tags: [{ tag_id: id, type: 3 }] }])
  await strategyTags.del({ tag_id: [second?.id ?? ''] })
  expect((await strategyTags.list({ strategy_id })).tag_group).toMatchObject([{ strategy_id, tag: [{ name: '丙' }] }])
  expect((await contacts.get('wm1')).follow_user).toMatchObject([{ tags: [{ tag_name: '丙' }] }])
})

test.each([
  [
    '21 administrators',
    () => t.wecom.customerStrategies.create({ ...settings({}), admin_list: Array(21).fill('zhangsan') }),
    '字段 admin_list最多 20 项',
  ],
  [
    '101 places at once',
    () =>
      t.wecom.momentStrategies.edit({ strategy_id: 1, range_add: Array(101).fill({ type: 2 as const, partyid: 1 }) }),
    '字段 range_add最多 100 项',
  ],
  [
    'a tag name of 31 characters',
    () => t.wecom.strategyTags.add({ strategy_id: 1, group_name: '组', tag: [{ name: '标'.repeat(31) }] }),
    '「标签名」有 31 个字，最多 30 个字',
  ],
  ['a tag without a group', () => t.wecom.strategyTags.add({ strategy_id: 1, tag: [{ name: '甲' }] }), '要写明标签组'],
])('%s is refused here, in words that help, and nothing is sent', async (_name, ask, zh) => {
  await expect(ask()).rejects.toMatchObject({ code: 'wecom.bad-request', zh })
  expect(t.sandbox.calls()).toEqual([])
})
