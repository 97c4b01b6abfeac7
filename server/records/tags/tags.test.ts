import { afterEach, describe, expect, it } from 'vitest'
import { createEmit } from '../../engine/inbox/emit.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { CustomerLost } from '../customers/customer-events.ts'
import { contactEvent } from '../customers/testing/wecom-says.ts'

const CONFIG = {
  'channels/包裹卡.yaml': 'channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\ntags: [来源/包裹卡]\n',
  'tags.yaml': 'tags:\n  - { group: 来源, names: [包裹卡, 门店物料] }\n  - { group: 意向, names: [高, 低] }\n',
  'welcomes/通用.yaml': 'welcome: 通用\ndefault: true\ntext: 欢迎\n',
}

/** WeCom's own view. */
const libraryOf = ({ sandbox }: TestApp) =>
  [...sandbox.world.tagGroups.values()]
    .filter((group) => !group.deleted)
    .map((group) => `${group.name}: ${group.tagIds.map((id) => sandbox.world.tags.get(id)?.name).join(' ')}`)
const tagId = ({ sandbox }: TestApp, group: string, name: string): string => {
  const ids = [...sandbox.world.tagGroups.values()].find((one) => one.name === group)?.tagIds ?? []
  return ids.find((id) => sandbox.world.tags.get(id)?.name === name) ?? `no ${group}/${name}`
}
const marked = (t: TestApp) => t.sandbox.calls('externalcontact/mark_tag').map((call) => call.body)
/** Ours. */
const tagsOf = async (t: TestApp, externalUserId: string) =>
  (
    await t.rawRows<{ path: string; set_by: string }>(
      `SELECT c.path AS path, f.set_by AS set_by FROM follow_tag f JOIN corp_tag c ON c.tag_id = f.tag_id
       WHERE f.external_userid = ? AND c.gone_at IS NULL ORDER BY c.path`,
      [externalUserId],
    )
  ).map((row) => `${row.path} by ${row.set_by}`)
const tagEvents = async (t: TestApp) => (await t.eventsOf<{ tags: string[] }>('tag.added')).map((event) => event.tags)

describe('tags', () => {
  let t: TestApp
  afterEach(() => t.close())
  const scanned = async (): Promise<string> => {
    const { externalUserId } = await t.sandbox.scan({ state: 'parcel-card' })
    await t.settle()
    return externalUserId
  }
  const change = async (options: {
    add?: string[]
    remove?: string[]
    by: 'rule' | 'guide'
    key: string
    of: string
  }) => {
    const { of: externalUserId, ...rest } = options
    const wanted = { ...rest, externalUserId, userId: 'zhangsan', reason: { text: '测试规则' } }
    await t.db.tx((tx) => t.huoshui.tags.change(tx, wanted))
    await t.settle()
  }

  it('late news that the guide had deleted a customer takes off the tags of then, not those put on since', async () => {
    t = await buildTestApp({ config: CONFIG })
    const externalUserId = await scanned()
    await t.advance(60_000)
    const lostAtMs = t.clock.now()
    await t.advance(60_000)
    await change({ add: ['意向/高'], by: 'rule', key: 'a', of: externalUserId })
    const emit = createEmit({ clock: t.clock, nudge: () => undefined })
    const lost = (by: 'guide' | 'customer') =>
      t.db.tx((tx) =>
        emit(tx, CustomerLost, { key: `late:${by}`, payload: { externalUserId, userId: 'zhangsan', by, lostAtMs } }),
      )
    await lost('customer')
    await t.settle()
    expect(await tagsOf(t, externalUserId)).toEqual(['意向/高 by rule', '来源/包裹卡 by rule'])
    await lost('guide')
    await t.settle()
    expect(await tagsOf(t, externalUserId)).toEqual(['意向/高 by rule'])
  })

  it('a reading from before a tag was seen says nothing of it, and counts as no change', async () => {
    t = await buildTestApp({ config: CONFIG })
    const externalUserId = await scanned()
    await t.advance(2 * 3_600_000)
    const parcel = tagId(t, '来源', '包裹卡')
    const read = async (tagIds: string[], agoMs: number) => {
      const pair = { externalUserId, userId: 'zhangsan', isNews: true, tagIds }
      const recorded = await t.db.tx((tx) => t.huoshui.tags.recordSeen(tx, [pair], t.clock.now() - agoMs))
      return { ...recorded, changed: recorded.changed.length }
    }
    expect(await read([parcel, tagId(t, '意向', '低')], 0)).toEqual({ readAgain: [], changed: 1 })
    const had = await tagsOf(t, externalUserId)
    expect(had).toEqual(['意向/低 by wecom', '来源/包裹卡 by rule'])
    expect(await read([parcel], 60_000)).toEqual({ readAgain: [], changed: 0 })
    expect(await tagsOf(t, externalUserId)).toEqual(had)
    t.clock.advance(1)
    expect(await read([parcel], 0)).toEqual({ readAgain: [], changed: 1 })
    expect(await tagsOf(t, externalUserId)).toEqual(['来源/包裹卡 by rule'])
    // What we have asked for since then may be what differs: nothing is taken over, and it is read once more.
    await change({ add: ['意向/高'], by: 'rule', key: 'a', of: externalUserId })
    const asked = await tagsOf(t, externalUserId)
    expect(await read([parcel], 60_000)).toEqual({ readAgain: [externalUserId], changed: 0 })
    expect(await tagsOf(t, externalUserId)).toEqual(asked)
  })

  it('a tag that we do not know yet is kept and asked about, and no empty note is made of it', async () => {
    t = await buildTestApp({ config: CONFIG })
    const externalUserId = await scanned()
    await t.advance(2 * 3_600_000)
    const parcel = tagId(t, '来源', '包裹卡')
    const pair = { externalUserId, userId: 'zhangsan', isNews: true, tagIds: [parcel, 'etUnknown'] }
    const before = await t.timelineOf(externalUserId, 'tag.%')
    for (let twice = 0; twice < 2; twice++) {
      await t.db.tx((tx) => t.huoshui.tags.recordSeen(tx, [pair], t.clock.now()))
    }
    expect(await t.timelineOf(externalUserId, 'tag.%')).toEqual(before)
    const kept = await t.rawRows('SELECT tag_id FROM follow_tag WHERE external_userid = ?', [externalUserId])
    expect(kept).toHaveLength(2)
  })

  it('makes the tags of the rule book in WeCom, once', async () => {
    t = await buildTestApp({ config: CONFIG })
    expect(libraryOf(t)).toEqual(['来源: 包裹卡 门店物料', '意向: 高 低'])
    await t.advance(3_600_000)
    expect(t.sandbox.calls('externalcontact/add_corp_tag')).toHaveLength(2)
    expect(await t.rawRows('SELECT path, ours FROM corp_tag ORDER BY path')).toEqual([
      { path: '意向/低', ours: 1 },
      { path: '意向/高', ours: 1 },
      { path: '来源/包裹卡', ours: 1 },
      { path: '来源/门店物料', ours: 1 },
    ])
  })

  it('puts the channel’s tag on once, though the scan is told three times, and says why', async () => {
    t = await buildTestApp({ config: CONFIG })
    t.sandbox.setDelivery({ copies: 3 })
    const externalUserId = await scanned()
    expect(marked(t)).toEqual([
      { userid: 'zhangsan', external_userid: externalUserId, add_tag: [tagId(t, '来源', '包裹卡')] },
    ])
    expect(await tagsOf(t, externalUserId)).toEqual(['来源/包裹卡 by rule'])
    expect(await t.timelineOf(externalUserId, 'tag.%')).toEqual(['打标签 来源/包裹卡'])
    expect(await tagEvents(t)).toEqual([['来源/包裹卡']])
    expect(await t.whyOf(externalUserId, 'tag.changed')).toMatchObject({
      text: '通过渠道「包裹卡」添加',
      rule: { kind: 'channel', name: '包裹卡' },
    })
  })

  it('sends only what differs, and nothing when nothing does', async () => {
    t = await buildTestApp({ config: CONFIG })
    const of = await scanned()
    await change({ of, add: ['来源/包裹卡', '意向/高'], by: 'rule', key: 'a' })
    await change({ of, add: ['意向/高'], remove: ['意向/低'], by: 'rule', key: 'b' })
    expect(marked(t).slice(1)).toEqual([{ userid: 'zhangsan', external_userid: of, add_tag: [tagId(t, '意向', '高')] }])
    expect(await tagEvents(t)).toEqual([['来源/包裹卡'], ['意向/高']])
  })

  it('a tag that a person put on in WeCom is seen, and no rule takes it off; a guide may', async () => {
    t = await buildTestApp({ config: CONFIG })
    const of = await scanned()
    await t.advance(60_000)
    await t.sandbox.editTags({ userId: 'zhangsan', externalUserId: of, add: [tagId(t, '意向', '高')] })
    await t.settle()
    t.sandbox.redeliver()
    await t.settle()
    expect(await tagsOf(t, of)).toEqual(['意向/高 by wecom', '来源/包裹卡 by rule'])
    expect(await tagEvents(t)).toEqual([['来源/包裹卡'], ['意向/高']])

    await change({ of, remove: ['意向/高', '来源/包裹卡'], by: 'rule', key: 'rule' })
    expect(await tagsOf(t, of)).toEqual(['意向/高 by wecom'])
    await change({ of, remove: ['意向/高'], by: 'guide', key: 'guide' })
    expect(await tagsOf(t, of)).toEqual([])
    expect(await t.timelineOf(of, 'tag.%')).toEqual([
      '打标签 来源/包裹卡',
      '在企业微信里打上标签 意向/高',
      '移除标签 来源/包裹卡；保留人工打的标签 意向/高',
      '移除标签 意向/高',
    ])
  })

  it('takes off what a person took off in WeCom', async () => {
    t = await buildTestApp({ config: CONFIG })
    const of = await scanned()
    await t.advance(60_000)
    await t.sandbox.editTags({ userId: 'zhangsan', externalUserId: of, remove: [tagId(t, '来源', '包裹卡')] })
    await t.settle()
    expect(await tagsOf(t, of)).toEqual([])
    expect(await t.timelineOf(of, 'tag.%')).toEqual(['打标签 来源/包裹卡', '在企业微信里移除标签 来源/包裹卡'])
  })

  it('a name that neither WeCom nor the rules have is left out and said so; the others are put on', async () => {
    t = await buildTestApp({ config: CONFIG })
    const of = await scanned()
    await change({ of, add: ['意向/高', '没有/这个'], by: 'guide', key: 'k' })
    expect(await tagsOf(t, of)).toEqual(['意向/高 by guide', '来源/包裹卡 by rule'])
    expect(await t.timelineOf(of, 'tag.%')).toContain('打标签 意向/高；企业微信里没有标签 没有/这个，没有打上')
  })

  it('a tag deleted in WeCom since is made again when the rules have it', async () => {
    t = await buildTestApp({ config: CONFIG })
    const of = await scanned()
    t.clock.advance(1_000)
    const old = tagId(t, '意向', '高')
    const tag = t.sandbox.world.tags.get(old)
    if (tag !== undefined) tag.deleted = true
    await change({ of, add: ['意向/高'], by: 'rule', key: 'k' })
    for (let minute = 0; minute < 12; minute++) await t.advance(60_000)
    expect(await tagsOf(t, of)).toEqual(['意向/高 by rule', '来源/包裹卡 by rule'])
    expect(marked(t).at(-1)).not.toMatchObject({ add_tag: [old] })
  })

  it('refused at a half add, the channel’s tag is put on when the guide accepts', async () => {
    t = await buildTestApp({ config: CONFIG })
    const pair = { UserID: 'zhangsan', ExternalUserID: 'wmHalf' }
    t.sandbox.faults.set({ path: 'externalcontact/mark_tag', errcode: 84061, times: 1 })
    t.sandbox.faults.set({ path: 'externalcontact/get', errcode: 84061, times: 1 })
    await contactEvent(t, 'add_half_external_contact', { ...pair, State: 'parcel-card' })
    await t.settle()
    expect(await tagsOf(t, 'wmHalf')).toEqual([])
    expect(await t.timelineOf('wmHalf', 'tag.%')).toEqual(['打标签 来源/包裹卡，没有成功：与客户还不是双向好友'])

    await t.sandbox.scan({ state: 'parcel-card', externalUserId: 'wmHalf' })
    await t.settle()
    expect(await tagsOf(t, 'wmHalf')).toEqual(['来源/包裹卡 by rule'])
  })

  it('a tag made or renamed in the console is known afterwards', async () => {
    t = await buildTestApp({ config: CONFIG })
    const tag = await t.sandbox.createTag({ group: '口味', name: '全熟' })
    await t.settle()
    await t.sandbox.renameTag({ id: tag.id, name: '五分熟' })
    await t.settle()
    expect(await t.rawRows(`SELECT path, ours FROM corp_tag WHERE group_name = '口味'`)).toEqual([
      { path: '口味/五分熟', ours: 0 },
    ])
    t.clock.advance(1_000)
    await t.sandbox.deleteTag({ id: tag.id })
    await t.settle()
    expect(await t.rawRows(`SELECT path FROM corp_tag WHERE group_name = '口味' AND gone_at IS NULL`)).toEqual([])
  })

  it('what a guide deletes takes its tags along; what a customer deletes keeps them at the guide', async () => {
    t = await buildTestApp({ config: CONFIG })
    const first = await scanned()
    const second = await scanned()
    await t.advance(60_000)
    await t.sandbox.deleteGuide({ externalUserId: first, userId: 'zhangsan' })
    await t.sandbox.deleteCustomer({ externalUserId: second, userId: 'zhangsan' })
    await t.settle()
    expect(await tagsOf(t, first)).toEqual(['来源/包裹卡 by rule'])
    expect(await tagsOf(t, second)).toEqual([])
  })
})
