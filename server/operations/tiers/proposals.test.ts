import { afterEach, expect, it } from 'vitest'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { openTierScene, type TierScene } from './testing/tier-scene.ts'

const LADDER = `ladder: 新手进阶
levels:
  - level: 进阶
    when: { orders.paid.count: { gte: 2 }, groups: { any: [付费群] } }
    invite: VIP群
  - level: 新手
moves: propose
`
const pool = (name: string, role: string) => `pool: ${name}
role: ${role}
groups: { namePrefix: 牧野·${name} }
capacity: 200
entry: {}
inviteBy: task
`
let t: TierScene
afterEach(() => t.close())

async function open(): Promise<void> {
  t = await openTierScene({
    'tiers/新手进阶.yaml': LADDER,
    'groups/付费群.yaml': pool('付费群', 'paid'),
    'groups/VIP群.yaml': pool('VIP群', 'vip'),
  })
  for (const name of ['付费群', 'VIP群']) await t.sandbox.createGroup({ name: `牧野·${name}1`, ownerUserId: 'lisi' })
  await t.settle()
}
async function join(externalUserId: string, name: string): Promise<{ chatId: string }> {
  const way = await t.db.tx((tx) => t.huoshui.groups.queries.joinWayOf(tx, name))
  const joined = await t.sandbox.joinGroup({ externalUserId, state: way?.state ?? '' })
  await t.settle()
  return joined
}
const evaluated = async (id: string, times: number): Promise<void> => {
  for (let time = 0; time < times; time++) await t.db.tx((tx) => t.huoshui.tiers.look(tx, id, { text: '' }))
}
async function candidate(): Promise<string> {
  const before = await t.pending()
  const id = await t.customer()
  await t.order(id, `${id}-1`, 100)
  await t.order(id, `${id}-2`, 100)
  expect(await t.pending()).toEqual(before)
  await join(id, '付费群')
  return id
}
async function tick(): Promise<void> {
  const [task] = await t.rawRows<{ id: number; userid: string }>(
    `SELECT id, userid FROM guide_task WHERE kind LIKE 'tier-%' AND state = 'open'`,
  )
  await t.db.tx((tx) =>
    t.huoshui.tasks.closeOwn(tx, { id: task?.id ?? 0, userId: task?.userid ?? '', outcome: 'done' }),
  )
  await t.settle()
}

it('who is over both thresholds is proposed once, however often we look; the guide’s tick makes it so', async () => {
  await open()
  const id = await candidate()
  await evaluated(id, 100)
  await t.again()
  await t.nights(1)
  expect(await t.pending()).toEqual(['move 新手→进阶 open'])
  expect(await t.openTasks()).toEqual(['zhangsan 「新手进阶」可以升到 进阶，确认后邀请进「VIP群」'])
  expect(await t.rawRows('SELECT id FROM tier_proposal')).toHaveLength(1)
  expect(await t.levels(id)).toEqual(['新手进阶/新手'])
  const [proposal] = await t.db.tx((tx) => t.huoshui.tiers.queries.proposals.candidates(tx, '新手进阶'))
  expect(proposal?.reason).toMatchObject({
    text: '入群后，符合「进阶」：已付款订单数至少 2，所在群池里有 付费群',
    facts: { 'orders.paid.count': 2, groups: ['付费群'] },
  })

  await tick()
  expect(await t.levels(id)).toEqual(['新手进阶/进阶'])
  expect(await t.changes()).toMatchObject([{ from: '新手', to: '进阶' }])
  expect(await t.openTasks()).toEqual(['zhangsan 邀请进「VIP群」'])
  await evaluated(id, 3)
  expect(await t.pending()).toEqual([])
})

it('who joins the better group by themselves is off the list and on the level', async () => {
  await open()
  const id = await candidate()
  await join(id, 'VIP群')
  expect([await t.pending(), await t.levels(id), await t.openTasks()]).toEqual([[], ['新手进阶/进阶'], []])
})

it('who is no longer over the thresholds is off the list; a no is not asked again until then', async () => {
  await open()
  const id = await candidate()
  await t.order(id, `${id}-2`, 100, 'refunded')
  expect([await t.pending(), await t.openTasks()]).toEqual([[], []])

  await t.order(id, `${id}-3`, 100)
  const [proposal] = await t.db.tx((tx) => t.huoshui.tiers.queries.proposals.pending(tx))
  if (proposal === undefined) throw new Error('proposed again')
  await t.db.tx((tx) => t.huoshui.tiers.decline(tx, proposal))
  await evaluated(id, 10)
  await t.clock.advance(30 * DAY_MS)
  await evaluated(id, 10)
  expect([await t.pending(), await t.openTasks()]).toEqual([[], []])

  await t.order(id, `${id}-3`, 100, 'refunded')
  await t.order(id, `${id}-4`, 100)
  expect(await t.pending()).toEqual(['move 新手→进阶 open'])
})

it('a level that ends is told of a week before, once, and falls by itself; it is renewed while its threshold is met', async () => {
  t = await openTierScene({
    'tiers/会员.yaml': `ladder: 会员
levels:
  - { level: 金卡, when: { orders.paid.sum365: { gte: 1000元 }, orders.paid.daysSinceLast: { lte: 20 } }, lastsDays: 30 }
  - { level: 普通 }
moves: propose
`,
  })
  const [loyal, gone] = [await t.customer(), await t.customer()]
  await t.order(loyal, 'o1', 1_000)
  await tick()
  await t.order(gone, 'o2', 1_000)
  await tick()
  expect([await t.levels(loyal), await t.levels(gone)]).toEqual([['会员/金卡'], ['会员/金卡']])
  await t.nights(22)
  expect(await t.openTasks()).toEqual([])
  await t.order(loyal, 'o3', 1_000)
  await t.nights(1)
  await t.nights(1)
  expect(await t.openTasks()).toEqual(['zhangsan 「会员」的 金卡 到 2026-12-22 为止，提醒客户续上'])
  await t.nights(7)
  expect([await t.levels(loyal), await t.levels(gone)]).toEqual([['会员/金卡'], ['会员/普通']])
  const [tier] = await t.db.tx((tx) => t.huoshui.tiers.queries.ofCustomer(tx, loyal))
  expect((tier?.entitledUntilMs ?? 0) - (tier?.sinceMs ?? 0)).toBe(60 * DAY_MS)
})

it('who is in the group of the level already is on it, without a proposal; told twice is once', async () => {
  await open()
  const id = await t.customer()
  await join(id, 'VIP群')
  await t.order(id, `${id}-1`, 100)
  await t.order(id, `${id}-2`, 100)
  await join(id, '付费群')
  await t.again()
  await evaluated(id, 2)
  expect([await t.pending(), await t.levels(id)]).toEqual([[], ['新手进阶/进阶']])
  // Not for a moment either: the guide would have been asked.
  expect(await t.rawRows('SELECT id FROM tier_proposal')).toEqual([])
  expect(await t.openTasks()).toEqual([])
  expect(await t.changes()).toHaveLength(1)
})

const SPENDERS = `ladder: 分层
levels:
  - { level: A, when: { orders.paid.sum: { gte: 1000元 } }, invite: VIP群 }
  - { level: B }
moves: auto
`
/** Who spends much rises by rule and is asked into the group at once; so is everybody who buys. The ladder that only proposes is the first by name. */
async function openWithSpenders(): Promise<void> {
  t = await openTierScene({
    'tiers/分层.yaml': SPENDERS,
    'tiers/一进阶.yaml': LADDER.replace('新手进阶', '一进阶'),
    'groups/付费群.yaml': pool('付费群', 'paid'),
    'groups/VIP群.yaml': pool('VIP群', 'vip').replace('entry: {}', 'entry: { orders.paid.sum: { gte: 1000元 } }'),
  })
  for (const name of ['付费群', 'VIP群']) await t.sandbox.createGroup({ name: `牧野·${name}1`, ownerUserId: 'lisi' })
  await t.settle()
}
const INVITATION = 'zhangsan 邀请进「VIP群」'
const PROPOSAL = 'zhangsan 「一进阶」可以升到 进阶，确认后邀请进「VIP群」'

it('who is asked into the group of a level is not proposed for it besides: one to-do about one group; joining is the yes', async () => {
  await openWithSpenders()
  const id = await t.customer()
  await t.order(id, 'o1', 1_000)
  expect(await t.openTasks()).toEqual([INVITATION])
  await t.order(id, 'o2', 100)
  await join(id, '付费群')
  expect(await t.openTasks()).toEqual([INVITATION])
  await t.again()
  await t.nights(1)
  expect([await t.openTasks(), await t.pending()]).toEqual([[INVITATION], ['move 新手→进阶 open']])
  await join(id, 'VIP群')
  expect([await t.openTasks(), await t.pending()]).toEqual([[], []])
  expect(await t.levels(id)).toEqual(['一进阶/进阶', '分层/A'])
})

it('a proposal that stands makes way for an invitation into the same group, and is asked again when that has lapsed', async () => {
  await openWithSpenders()
  const [id, other] = [await candidate(), await candidate()]
  expect(await t.openTasks()).toEqual([PROPOSAL, PROPOSAL])
  // In one look: the rise by rule first, though its ladder comes later.
  await t.order(id, 'o3', 1_000)
  expect(await t.openTasks()).toEqual([PROPOSAL, INVITATION])
  const ofId = `SELECT outcome FROM guide_task WHERE kind = 'tier-move' AND external_userid = '${id}'`
  expect(await t.rawRows(ofId)).toEqual([{ outcome: '已经在邀请进「VIP群」，进了群就算' }])
  // It lapses; the night after that it is seen.
  await t.nights(8)
  await t.nights(1)
  const titles = (await t.openTasks()).toSorted()
  expect(titles).toEqual([PROPOSAL, PROPOSAL])
  expect(await t.pending()).toEqual(['move 新手→进阶 open', 'move 新手→进阶 open'])
  await evaluated(id, 3)
  await evaluated(other, 3)
  await t.nights(1)
  expect(await t.rawRows(ofId)).toHaveLength(2)
})

it('an invitation that came another way is noticed by the nightly look, of whom it is about', async () => {
  await open()
  const [id] = [await candidate(), await candidate()]
  const asked = { externalUserId: id, userId: 'zhangsan', pool: 'VIP群', key: 'by-hand', reason: { text: '店长请' } }
  await t.db.tx((tx) => t.huoshui.routing.invite(tx, asked))
  const rise = '「新手进阶」可以升到 进阶，确认后邀请进「VIP群」'
  await t.nights(1)
  const openOnes = `SELECT external_userid AS who, title FROM guide_task WHERE state = 'open' ORDER BY id`
  const asks = await t.rawRows<{ who: string; title: string }>(openOnes)
  expect(asks.map(({ who, title }) => [who === id, title])).toEqual([
    [false, rise],
    [true, '邀请进「VIP群」'],
  ])
})
