import { afterEach, describe, expect, it } from 'vitest'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

const WELCOME = { 'welcomes/通用.yaml': 'welcome: 通用\ndefault: true\ntext: 欢迎\n' }
const rule = (text: string) => ({ ...WELCOME, 'channels/渠道.yaml': text })
const ways = ({ sandbox }: TestApp) =>
  [...sandbox.world.contactWays.values()].map(({ state, users, remark, skipVerify }) => ({
    state,
    users,
    remark,
    skipVerify,
  }))
const MINUTES_5 = 300_000

describe('channels', () => {
  let t: TestApp
  afterEach(() => t.close())
  const rewrite = async (text: string): Promise<void> => {
    t.writeConfig({ 'channels/渠道.yaml': text })
    await t.huoshui.rules.check()
    await t.settle()
  }

  it('makes one live code per channel and keeps its picture', async () => {
    t = await buildTestApp({ config: rule('channel: 包裹卡\nguides: [lisi, zhangsan]\nskipVerify: false\n') })
    await t.advance(MINUTES_5)
    await t.advance(MINUTES_5)
    const [channel] = await t.rawRows<{ state: string; qr_code: string; trouble: null }>(
      'SELECT state, qr_code, trouble FROM channel',
    )
    expect(channel?.state).toMatch(/^[a-z0-9]{10}$/)
    expect(channel?.qr_code).toContain('.png')
    expect(ways(t)).toEqual([
      { state: channel?.state, users: ['lisi', 'zhangsan'], remark: '包裹卡', skipVerify: false },
    ])
    expect(t.sandbox.calls('add_contact_way')).toHaveLength(1)
  })

  it('a changed rule changes the code that is printed already, it makes no other', async () => {
    t = await buildTestApp({ config: rule('channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\n') })
    const [before] = await t.rawRows<{ config_id: string }>('SELECT config_id FROM channel')
    await rewrite('channel: 包裹卡\nstate: parcel-card\nguides: [lisi]\n')
    await t.advance(MINUTES_5)
    await t.advance(MINUTES_5)
    expect(ways(t)).toMatchObject([{ state: 'parcel-card', users: ['lisi'] }])
    expect(await t.rawRows('SELECT config_id FROM channel')).toEqual([before])
  })

  it('a rule taken away leaves the code and the channel: it is printed on parcels', async () => {
    t = await buildTestApp({ config: rule('channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\n') })
    await rewrite('channel: 门店\nstate: store\nguides: [zhangsan]\n')
    await t.advance(MINUTES_5)
    await t.advance(MINUTES_5)
    expect(ways(t)).toMatchObject([{ state: 'parcel-card' }, { state: 'store' }])
    await t.sandbox.scan({ state: 'parcel-card' })
    await t.settle()
    expect(await t.rawRows('SELECT channel FROM follow')).toEqual([{ channel: '包裹卡' }])
  })

  it.each([
    ['without a state', ''],
    ['of its own state', 'state: parcel-card\n'],
  ])('a printed code %s whose channel has a new name goes on under it, with whoever came by it', async (_, own) => {
    t = await buildTestApp({ config: rule(`channel: 包裹卡\n${own}guides: [zhangsan]\n`) })
    const [code] = await t.rawRows<{ state: string }>('SELECT state FROM channel')
    const state = code?.state ?? ''
    await t.sandbox.scan({ state })
    await t.settle()
    await rewrite(`channel: 快递卡\nwas: 包裹卡\n${own}guides: [zhangsan]\n`)
    await t.advance(MINUTES_5)
    await t.advance(MINUTES_5)
    expect(await t.rawRows('SELECT name, state FROM channel')).toEqual([{ name: '快递卡', state }])
    expect(ways(t)).toEqual([{ state, users: ['zhangsan'], remark: '快递卡', skipVerify: true }])
    const cameBy = 'SELECT first_channel, channel FROM customer JOIN follow USING (external_userid)'
    expect(await t.rawRows(cameBy)).toEqual([{ first_channel: '快递卡', channel: '快递卡' }])
  })

  it('a call that nobody knows the end of does not make a second code', async () => {
    t = await buildTestApp({ config: WELCOME })
    const { ways: api } = t.huoshui.wecom
    // WeCom carried the call out, but the answer never came.
    t.sandbox.faults.set({ path: 'add_contact_way', http: 502, times: 1 })
    await rewrite('channel: 包裹卡\nguides: [zhangsan]\n')
    const [channel] = await t.rawRows<{ state: string }>('SELECT state FROM channel')
    await api.add({ type: 2, scene: 2, state: channel?.state ?? '', user: ['zhangsan'], remark: '包裹卡' })
    await t.advance(60_000)
    expect(ways(t)).toHaveLength(1)
    expect(await t.rawRows('SELECT COUNT(*) AS made FROM channel WHERE config_id IS NOT NULL')).toEqual([{ made: 1 }])
  })

  it('a code that WeCom made and told of in an unknown shape is found, not made again', async () => {
    t = await buildTestApp({ config: WELCOME })
    t.sandbox.faults.set({ path: 'add_contact_way', odd: { at: 'config_id', is: 'null' } })
    await rewrite('channel: 包裹卡\nguides: [zhangsan]\n')
    await t.advance(MINUTES_5)
    expect(ways(t)).toHaveLength(1)
    expect(await t.rawRows('SELECT COUNT(*) AS made FROM channel WHERE config_id IS NOT NULL')).toEqual([{ made: 1 }])
  })

  it('adopts a code that was made before this database', async () => {
    t = await buildTestApp({ config: WELCOME })
    const { ways: api } = t.huoshui.wecom
    await api.add({ type: 2, scene: 2, state: 'parcel-card', user: ['zhangsan'], remark: '旧' })
    await rewrite('channel: 包裹卡\nstate: parcel-card\nguides: [lisi]\n')
    await t.advance(MINUTES_5)
    await t.advance(MINUTES_5)
    expect(ways(t)).toEqual([{ state: 'parcel-card', users: ['lisi'], remark: '包裹卡', skipVerify: true }])
  })

  it.each([
    ['taken back', () => rewrite('channel: 包裹卡\nguides: [zhangsan]\n')],
    ['taken out of the rules with its channel', () => rewrite('channel: 别的\nguides: [zhangsan]\n')],
  ])('a change that WeCom refused and that is %s is no trouble any more', async (_what, mend) => {
    t = await buildTestApp({ config: rule('channel: 包裹卡\nguides: [zhangsan]\n') })
    await t.advance(MINUTES_5)
    t.sandbox.faults.set({ path: 'update_contact_way', errcode: 40003 })
    await rewrite('channel: 包裹卡\nguides: [zhangsan, lisi]\n')
    await t.advance(MINUTES_5)
    // That a rule is gone is told by another one.
    const open = async () =>
      (await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))).flatMap(({ key }) =>
        key.startsWith('channel.') ? key : [],
      )
    expect(await open()).toEqual([expect.stringMatching(/^channel\.refused:/)])
    await mend()
    await t.advance(MINUTES_5)
    expect(await open()).toEqual([])
  })

  it('a guide without customer contact is told as trouble, and mended when the rule is', async () => {
    t = await buildTestApp({ config: rule('channel: 包裹卡\nguides: [nobody]\n') })
    const [channel] = await t.rawRows<{ trouble: string }>('SELECT trouble FROM channel')
    expect(channel?.trouble).toContain('通讯录里没有：nobody')
    const open = () => t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))
    expect(await open()).toMatchObject([
      {
        key: expect.stringMatching(/^channel.refused:/),
        text: expect.stringMatching(/^渠道「包裹卡」的活码没有改成：企业微信拒绝（40003 .*），扫码加不到人$/),
        todo: expect.stringContaining('通讯录里没有：nobody'),
      },
    ])
    await rewrite('channel: 包裹卡\nguides: [zhangsan]\n')
    await t.advance(MINUTES_5)
    await t.advance(MINUTES_5)
    expect(await open()).toEqual([])
    expect(await t.rawRows('SELECT trouble, tries FROM channel')).toEqual([{ trouble: null, tries: 0 }])
    expect(ways(t)).toMatchObject([{ users: ['zhangsan'] }])
  })
})
