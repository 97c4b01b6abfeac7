import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { contactEvent } from './testing/wecom-says.ts'

const CHANNEL = `channel: 包裹卡
state: parcel-card
guides: [zhangsan]
tags: [来源/包裹卡]
`
const TAGS = `tags:
  - { group: 来源, names: [包裹卡, 门店物料] }
  - { group: 意向, names: [高, 低] }
`
const WELCOME = `welcome: 通用欢迎语
default: true
text: 欢迎
`
const CONFIG = { 'channels/包裹卡.yaml': CHANNEL, 'tags.yaml': TAGS, 'welcomes/通用.yaml': WELCOME }

const added = (t: TestApp) => t.eventsOf('customer.added')
const lost = (t: TestApp) => t.eventsOf('customer.lost')
const follow = async (t: TestApp, externalUserId: string, userId = 'zhangsan') =>
  (
    await t.rawRows<Record<string, unknown>>(
      'SELECT active, half, channel, state, remark, add_way, lost_by FROM follow WHERE external_userid = ? AND userid = ?',
      [externalUserId, userId],
    )
  )[0]

describe('customers', () => {
  let t: TestApp
  beforeEach(async () => {
    t = await buildTestApp({ config: CONFIG })
  })
  afterEach(() => t.close())

  it('a scan becomes a customer with channel, details and a line on the timeline, once, however often it is told', async () => {
    t.sandbox.setDelivery({ copies: 3, shuffle: true })
    const { externalUserId } = await t.sandbox.scan({ state: 'parcel-card', name: '小雨', unionId: 'union-1' })
    await t.settle()
    t.sandbox.redeliver()
    await t.settle()

    expect(await t.rawRows('SELECT external_userid, name, unionid, first_channel, first_userid FROM customer')).toEqual(
      [
        {
          external_userid: externalUserId,
          name: '小雨',
          unionid: 'union-1',
          first_channel: '包裹卡',
          first_userid: 'zhangsan',
        },
      ],
    )
    expect(await follow(t, externalUserId)).toMatchObject({
      active: 1,
      half: 0,
      channel: '包裹卡',
      state: 'parcel-card',
      add_way: 1,
      lost_by: null,
    })
    expect(await added(t)).toMatchObject([
      { externalUserId, userId: 'zhangsan', channel: '包裹卡', state: 'parcel-card', again: false },
    ])
    expect(await t.timelineOf(externalUserId, 'customer.%')).toEqual(['通过渠道「包裹卡」添加了导购张三'])
    expect(t.sandbox.calls('externalcontact/get')).toHaveLength(1)
  })

  it.each([
    ['of a stranger', 'someone-else'],
    ['too long', 'x'.repeat(64)],
    ['padded', 'parcel-card '],
    ['in another case', 'Parcel-Card'],
    ['hostile', `'; DROP TABLE customer; --`],
    ['of emoji', '🥩🥩'],
  ])('a state %s loses nobody: no channel, kept as it came', async (_what, state) => {
    await t.sandbox.scan({ state, userId: 'zhangsan', externalUserId: 'wmStranger' })
    await t.settle()
    expect(await follow(t, 'wmStranger')).toMatchObject({ active: 1, channel: null, state })
    expect(await added(t)).toMatchObject([{ externalUserId: 'wmStranger', channel: null, state }])
  })

  it('whatever the state, the customer is kept, and only our own state names a channel', async () => {
    const anything = fc
      .string({ unit: 'binary', maxLength: 80 })
      .filter((text) => !/[\p{C}\s]/u.test(text) && text !== '')
    const states = ['parcel-card', ...fc.sample(anything, { numRuns: 60, seed: 7 })]
    for (const [index, State] of states.entries()) {
      const pair = { UserID: 'zhangsan', ExternalUserID: `wm${index}` }
      expect(await contactEvent(t, 'add_external_contact', { ...pair, State })).toBe(200)
    }
    await t.settle()
    const stored = await t.rawRows<{ state: string; channel: string | null }>(
      'SELECT state, channel FROM follow ORDER BY id',
    )
    expect(stored.map((row) => row.state).sort()).toEqual([...states].sort())
    expect(stored.filter((row) => row.channel !== null)).toEqual([{ state: 'parcel-card', channel: '包裹卡' }])
    expect(await added(t)).toHaveLength(states.length)
  })

  it('a customer who deletes the guide is lost once, and a return begins a new friendship', async () => {
    const { externalUserId } = await t.sandbox.scan({ state: 'parcel-card' })
    await t.settle()
    await t.advance(60_000)
    await t.sandbox.deleteGuide({ externalUserId, userId: 'zhangsan' })
    await t.settle()
    t.sandbox.redeliver()
    await t.settle()
    expect(await follow(t, externalUserId)).toMatchObject({ active: 0, lost_by: 'customer' })
    expect(await lost(t)).toMatchObject([{ externalUserId, userId: 'zhangsan', by: 'customer' }])

    await t.advance(60_000)
    await t.sandbox.scan({ state: 'parcel-card', externalUserId })
    await t.settle()
    t.sandbox.redeliver()
    await t.settle()
    expect(await follow(t, externalUserId)).toMatchObject({ active: 1 })
    expect(await added(t)).toMatchObject([{ again: false }, { again: true }])
    expect(await t.timelineOf(externalUserId, 'customer.%')).toEqual([
      '通过渠道「包裹卡」添加了导购张三',
      '客户删除了导购张三',
      '通过渠道「包裹卡」重新添加了导购张三',
    ])
  })

  it('a loss that comes after the return does not end the new friendship', async () => {
    const pair = { UserID: 'zhangsan', ExternalUserID: 'wmLate' }
    const t0 = t.clock.now()
    await contactEvent(t, 'add_external_contact', pair, t0)
    await contactEvent(t, 'add_external_contact', pair, t0 + 20_000)
    await contactEvent(t, 'del_external_contact', pair, t0 + 10_000)
    await t.settle()
    expect(await follow(t, 'wmLate')).toMatchObject({ active: 1 })
    expect(await lost(t)).toEqual([])
  })

  it('an add that comes after its loss does not bring the customer back', async () => {
    const pair = { UserID: 'zhangsan', ExternalUserID: 'wmGone' }
    const t0 = t.clock.now()
    await contactEvent(t, 'del_external_contact', { ...pair, Source: 'DELETE_BY_TRANSFER' }, t0 + 10_000)
    await contactEvent(t, 'add_external_contact', { ...pair, State: 'parcel-card' }, t0)
    await t.settle()
    expect(await lost(t)).toEqual([])
    // So long it is looked for who has the customer now: nobody.
    for (let round = 0; round < 5; round++) await t.advance(20_000)
    expect(await follow(t, 'wmGone')).toMatchObject({ active: 0, lost_by: 'transfer', channel: '包裹卡' })
    expect(await added(t)).toEqual([])
    expect(await lost(t)).toMatchObject([{ by: 'transfer' }])
  })

  it('half add, acceptance and chat archiving are one friendship with three welcome codes', async () => {
    const pair = { UserID: 'zhangsan', ExternalUserID: 'wmHalf' }
    const t0 = t.clock.now()
    await contactEvent(t, 'add_half_external_contact', { ...pair, State: 'parcel-card', WelcomeCode: 'c1' }, t0)
    await t.settle()
    expect(await follow(t, 'wmHalf')).toMatchObject({ active: 1, half: 1 })

    await contactEvent(t, 'add_external_contact', { ...pair, WelcomeCode: 'c2' }, t0 + 5_000)
    await contactEvent(t, 'msg_audit_approved', { ...pair, WelcomeCode: 'c3' }, t0 + 6_000)
    await t.settle()
    expect(await follow(t, 'wmHalf')).toMatchObject({ active: 1, half: 0, channel: '包裹卡' })
    expect(await added(t)).toMatchObject([{ welcomeCode: 'c1', addedAtMs: t0 }])
    const codes = await t.eventsOf<{ welcomeCode: string }>('customer.welcome-code')
    // Two workers may take the two at once.
    const byCode = (a: { welcomeCode: string }, b: { welcomeCode: string }) =>
      a.welcomeCode.localeCompare(b.welcomeCode)
    expect(codes.sort(byCode)).toMatchObject([
      { welcomeCode: 'c2', addedAtMs: t0 },
      { welcomeCode: 'c3', addedAtMs: t0, channel: '包裹卡' },
    ])
    expect(await t.timelineOf('wmHalf', 'customer.%')).toEqual([
      '通过渠道「包裹卡」添加了导购张三，等待导购通过',
      '导购张三通过了客户的好友申请',
      '客户同意了会话存档',
    ])
  })

  it('an edit in the client is read back', async () => {
    const { externalUserId } = await t.sandbox.scan({ state: 'parcel-card' })
    await t.settle()
    await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId, remark: '小雨 爱吃肉眼' })
    await t.settle()
    expect(await follow(t, externalUserId)).toMatchObject({ remark: '小雨 爱吃肉眼', channel: '包裹卡' })
  })

  it('a failed handover is told on the timeline and changes nothing', async () => {
    const { externalUserId } = await t.sandbox.scan({ state: 'parcel-card' })
    await contactEvent(t, 'transfer_fail', {
      UserID: 'lisi',
      ExternalUserID: externalUserId,
      FailReason: 'customer_refused',
    })
    await t.settle()
    expect(await t.timelineOf(externalUserId, 'customer.%')).toContain('转给导购李四没有成功：客户拒绝了')
    expect(await follow(t, externalUserId, 'lisi')).toBeUndefined()
    expect(await follow(t, externalUserId)).toMatchObject({ active: 1 })
  })

  it('a remark of ours reaches WeCom once, cut to twenty characters', async () => {
    const { externalUserId } = await t.sandbox.scan({ state: 'parcel-card' })
    await t.settle()
    const change = {
      externalUserId,
      userId: 'zhangsan',
      remark: '一二三四五六七八九十一二三四五六七八九十多余',
      reason: { text: '测试' },
      key: 'k1',
    }
    const { customers } = t.huoshui
    await t.db.tx((tx) => customers.setRemark(tx, change))
    await t.db.tx((tx) => customers.setRemark(tx, change))
    await t.settle()
    expect(t.sandbox.calls('externalcontact/remark').map((call) => call.body)).toEqual([
      { userid: 'zhangsan', external_userid: externalUserId, remark: '一二三四五六七八九十一二三四五六七八九十' },
    ])
    expect(await follow(t, externalUserId)).toMatchObject({ remark: '一二三四五六七八九十一二三四五六七八九十' })
  })
})
