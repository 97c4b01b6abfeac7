import { afterEach, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'

/* What is called otherwise in the rules is the same thing for everybody who has it: through the outside, over real storage. */

const tags = (stage: string, loyal: string): string => `tags:
  - { group: ${stage}, names: [新客, ${loyal}] }
  - { group: 来源, names: [直播] }
`
const ladder = (head: string, level: string): string => `ladder: ${head}
levels:
  - { level: ${level}, when: { orders.paid.count: { gte: 1 } }, lastsDays: 30 }
  - level: 普通
moves: auto
`
const journey = (head: string, tag: string, level: string, more = ''): string => `sop: ${head}
name: 关怀
trigger: order.paid
steps:
  - tag: { add: [${tag}] }
  - wait: 3d
  - choose:
      - when: { tags: { any: [${tag}] }, tiers: { any: [${level}] } }
        do: [ { task: { for: guide, title: 问候老客 } } ]
      - otherwise: [ { task: { for: guide, title: 走错了 } } ]
${more}`

let t: TestApp
afterEach(() => t.close())

const paths = async (externalUserId: string) =>
  (await t.db.tx((tx) => t.huoshui.tags.queries.ofCustomer(tx, externalUserId))).map((tag) => tag.path)
const tiers = () =>
  t.rawRows<{ external_userid: string; ladder: string; path: string; since: number }>(
    'SELECT external_userid, ladder, path, since FROM customer_tier ORDER BY id',
  )
const inForce = async (files: Record<string, string>): Promise<void> => {
  t.writeConfig(files)
  await t.huoshui.rules.check()
  expect(t.huoshui.rules.faults()).toEqual([])
  for (let round = 0; round < 3; round++) await t.advance(1_000)
}
const tagsInWecom = async () =>
  (await t.huoshui.wecom.tags.list({})).tag_group.flatMap((group) =>
    group.tag.map((tag) => [tag.id, `${group.group_name}/${tag.name}`]),
  )

async function openShop(): Promise<{ loyal: string; stranger: string }> {
  t = await buildTestApp({
    config: {
      'tags.yaml': tags('生命周期', '老客'),
      'tiers/分层.yaml': ladder('分层', 'A'),
      'sop/关怀.yaml': journey('care', '生命周期/老客', '分层/A'),
    },
  })
  await t.advance(MINUTE_MS)
  const { externalUserId: loyal } = await t.sandbox.scan({ userId: 'zhangsan' })
  const { externalUserId: stranger } = await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  await t.sandbox.order({ externalUserId: loyal, orderId: 'o1', totalFen: 100, status: 'paid' })
  for (let round = 0; round < 3; round++) await t.advance(1_000)
  expect([await paths(loyal), await paths(stranger)]).toEqual([['生命周期/老客'], []])
  return { loyal, stranger }
}

it('tag, group, level, ladder and journey under new names: nobody loses anything, WeCom has the same tags', async () => {
  const { loyal, stranger } = await openShop()
  const before = await tagsInWecom()
  const stood = await tiers()
  const made = t.sandbox.calls('add_corp_tag').length

  const files = {
    'tags.yaml': tags('阶段, was: 生命周期', '{ name: 熟客, was: 老客 }'),
    'tiers/分层.yaml': ladder('会员\nwas: 分层', '金, was: A'),
    'sop/关怀.yaml': journey('loyal-care\nwas: care', '阶段/熟客', '会员/金'),
  }
  await inForce(files)
  const after = (await tagsInWecom()).map(([id]) => id)
  expect(after).toEqual(before.map(([id]) => id))
  expect((await tagsInWecom()).map(([, path]) => path)).toEqual(
    before.map(([, path]) => path?.replace('生命周期', '阶段').replace('老客', '熟客')),
  )
  expect(t.sandbox.calls('add_corp_tag')).toHaveLength(made)
  expect(await paths(loyal)).toEqual(['阶段/熟客'])
  expect(await tiers()).toEqual(
    stood.map((row) => ({
      ...row,
      ladder: '会员',
      path: row.external_userid === loyal ? '会员/金' : '会员/普通',
    })),
  )

  // The same files once more change nothing, nor does the next look at the library.
  const edits = t.sandbox.calls('edit_corp_tag').length
  await inForce({
    ...files,
    'sop/关怀.yaml': journey('loyal-care\nwas: care', '阶段/熟客', '会员/金', 'priority: 60\n'),
  })
  await t.advance(20 * MINUTE_MS)
  expect(t.sandbox.calls('edit_corp_tag')).toHaveLength(edits)
  expect(await tiers()).toHaveLength(stood.length)

  // Who is inside goes on by the version of before, which asks for what is called otherwise by now.
  await t.advance(3 * DAY_MS)
  expect((await t.openTasks()).map(({ title, external_userid }) => [title, external_userid])).toEqual([
    ['问候老客', loyal],
  ])
  // Whoever was in it does not enter again; a journey that is new would let them in.
  await t.sandbox.order({ externalUserId: loyal, orderId: 'o2', totalFen: 100, status: 'paid' })
  await t.sandbox.order({ externalUserId: stranger, orderId: 'o3', totalFen: 100, status: 'paid' })
  await t.settle()
  expect(await t.rawRows('SELECT sop, external_userid FROM sop_entry ORDER BY id')).toEqual([
    { sop: 'loyal-care', external_userid: loyal },
    { sop: 'loyal-care', external_userid: stranger },
  ])
  expect(await t.rawRows('SELECT DISTINCT sop FROM sop_release')).toEqual([{ sop: 'loyal-care' }])
  expect(await t.eventsOf('tier.changed')).toHaveLength(2)
})

it('without «was» the rules of before stay, and whoever saved is asked; two saves say that it is no new name', async () => {
  const { loyal } = await openShop()
  const files = {
    'tags.yaml': tags('生命周期', '熟客'),
    'sop/关怀.yaml': journey('care', '生命周期/熟客', '分层/A'),
  }
  t.writeConfig(files)
  await t.huoshui.rules.check()
  const question = '标签「生命周期/老客」不见了，新来了「熟客」：是改名吗'
  expect(t.huoshui.rules.faults().map(({ file, message }) => [file, message])).toEqual([['tags.yaml', question]])
  const alerts = await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))
  expect(alerts.map(({ text }) => text).join()).toContain(question)
  await t.advance(20 * MINUTE_MS)
  expect((await tagsInWecom()).map(([, path]) => path)).not.toContain('生命周期/熟客')

  await inForce({
    'tags.yaml': 'tags:\n  - { group: 生命周期, names: [新客] }\n  - { group: 来源, names: [直播] }\n',
    'sop/关怀.yaml': journey('care', '生命周期/新客', '分层/A'),
  })
  await inForce(files)
  await t.advance(20 * MINUTE_MS)
  expect(await paths(loyal)).toEqual(['生命周期/老客'])
  expect((await tagsInWecom()).map(([, path]) => path)).toContain('生命周期/熟客')
  expect(await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))).toEqual([])
})

it('whatever has a name and is in use is asked about, by what the database knows; what nobody uses is not', async () => {
  const { 'sop/关怀.yaml': care, ...files } = {
    'tags.yaml': tags('生命周期', '老客'),
    'tiers/分层.yaml': ladder('分层', 'A'),
    'sop/关怀.yaml': journey('care', '生命周期/老客', '分层/A'),
    'channels/包裹卡.yaml': 'channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\n',
    'channels/门店.yaml': 'channel: 门店\nstate: counter\nguides: [zhangsan]\n',
    'groups/科普群.yaml':
      'pool: 科普群\nrole: education\ngroups: { namePrefix: 科普 }\ncapacity: 200\nentry: { orders.paid.count: { gte: 99 } }\ninviteBy: task\n',
  }
  t = await buildTestApp({ config: { ...files, 'sop/关怀.yaml': care } })
  await t.sandbox.createGroup({ name: '科普1', ownerUserId: 'zhangsan' })
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan', state: 'parcel-card' })
  await t.settle()
  await t.sandbox.order({ externalUserId, orderId: 'o1', totalFen: 100, status: 'paid' })
  for (let round = 0; round < 3; round++) await t.advance(MINUTE_MS)
  const asked = async (changed: Record<string, string>): Promise<string[]> => {
    t.writeConfig({ ...files, 'sop/关怀.yaml': care, ...changed })
    await t.huoshui.rules.check()
    return t.huoshui.rules.faults().map(({ message }) => message)
  }
  const renamed = (file: keyof typeof files, from: string, to: string) => ({ [file]: files[file].replace(from, to) })
  const question = (what: string, fresh: string): string[] => [`${what}不见了，新来了「${fresh}」：是改名吗`]

  expect(await asked(renamed('channels/包裹卡.yaml', '包裹卡', '包裹'))).toEqual(question('渠道「包裹卡」', '包裹'))
  expect(await asked(renamed('channels/门店.yaml', '门店', '柜台'))).toEqual(question('渠道「门店」', '柜台'))
  expect(await asked(renamed('groups/科普群.yaml', '科普群', '吃货群'))).toEqual(question('群池「科普群」', '吃货群'))
  expect(
    await asked({ ...renamed('tiers/分层.yaml', '分层', '会员'), 'sop/关怀.yaml': care.replace('分层', '会员') }),
  ).toEqual(question('梯子「分层」', '会员'))
  expect(
    await asked({ ...renamed('tiers/分层.yaml', 'level: A', 'level: 金'), 'sop/关怀.yaml': care.replace('/A', '/金') }),
  ).toEqual(question('「分层」的「A」这一级', '金'))
  expect(
    await asked({ ...renamed('tags.yaml', '生命周期', '阶段'), 'sop/关怀.yaml': care.replaceAll('生命周期', '阶段') }),
  ).toEqual(question('标签组「生命周期」', '阶段'))
  expect(await asked({ 'sop/关怀.yaml': care.replace('care', 'loyal-care') })).toEqual(
    question('SOP「care」', 'loyal-care'),
  )
  // Nobody has it, and nothing is printed.
  expect(await asked(renamed('tags.yaml', '直播', '直播间'))).toEqual([])
})

it('a tag that WeCom does not let us rename counts under its new name, and a person is asked', async () => {
  const { loyal } = await openShop()
  t.sandbox.faults.set({ path: 'externalcontact/edit_corp_tag', errcode: 81011 })
  await inForce({
    'tags.yaml': tags('生命周期', '{ name: 熟客, was: 老客 }'),
    'sop/关怀.yaml': journey('care', '生命周期/熟客', '分层/A'),
  })
  await t.advance(10 * MINUTE_MS)
  expect(await paths(loyal)).toEqual(['生命周期/熟客'])
  const alerts = async () =>
    (await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))).filter(({ key }) => key.startsWith('tags.rename:'))
  expect((await alerts()).map(({ text, todo }) => [text, todo])).toEqual([
    [
      '标签「老客」没能在企业微信里改名为「熟客」（错误码 81011）；规则里已经按新名字算',
      '请在企业微信管理后台把标签「老客」改名为「熟客」',
    ],
  ])
  // Somebody does it by hand.
  t.sandbox.faults.clear()
  const [id = ''] = (await tagsInWecom()).find(([, path]) => path === '生命周期/老客') ?? []
  await t.huoshui.wecom.tags.edit({ id, name: '熟客' })
  await t.advance(10 * MINUTE_MS)
  await t.settle()
  expect(await alerts()).toEqual([])
  expect(await paths(loyal)).toEqual(['生命周期/熟客'])
})
