import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { loadRules } from '../load-rules.ts'
import { ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

const AHEAD = '2026-12-16'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-09-01T10:00:00+08:00') }))
afterEach(() => void vi.useRealTimers())

const POOL = 'pool: 群\nrole: other\ngroups: { namePrefix: 群 }\ncapacity: 100\nentry: {}\ninviteBy: task\n'
const GROUP = '{ step: 群预告, day: -1, at: "19:00", groupSend: { text: 明天有家宴专场 } }'
const AFTER = '{ step: 收尾, day: 2, at: "10:00", send: { text: 今晚截止 } }'
const GOOD = `campaign: 家宴
date: "${AHEAD}"
until: 3
audience: { follow.active: true }
groups: { group.pool: 群 }
dropOut: { bought: true, clicked: [活动页] }
steps:
  - ${GROUP}
  - { step: 当天, day: 0, at: "10:00", send: { text: 今天开始 }, only: { orders.paid.count: { gte: 1 } } }
  - ${AFTER}
  - { step: 上新, day: 0, at: "12:00", moment: { text: 家宴专场, tags: [生命周期/新客] } }
  - { step: 备货, day: -2, at: "10:00", duty: { title: 看库存, who: [lisi], within: 1d } }
`

async function saidOf(text: string, more: Record<string, string> = {}): Promise<string[]> {
  const { folder, remove } = ruleFolderOnDisk({
    'groups/g.yaml': POOL,
    'policy.yaml': 'quiet: "21:30-09:00"\nlinks: { 活动页: { url: "https://shop.example/a" } }\n',
    'campaigns/c.yaml': text,
    ...more,
  })
  const { faults, advice } = await loadRules(folder, VOCABULARY)
  remove()
  return [...faults, ...advice].map(
    ({ file, line, message }) => `${file === 'campaigns/c.yaml' ? '' : file}${line} ${message}`,
  )
}

const without = (key: string): string =>
  GOOD.split('\n')
    .filter((line) => !line.startsWith(`${key}:`))
    .join('\n')

it.each<[string, string, string[]]>([
  ['a good one', GOOD, []],
  ['a day that there is not', GOOD.replace(AHEAD, '2026-02-30'), ['2 没有「2026-02-30」这一天']],
  ['nothing to do', GOOD.replace(', groupSend: { text: 明天有家宴专场 }', ''), ['8 这一步没有写做什么']],
  [
    'two things in one step',
    GOOD.replace('groupSend: {', 'duty: { title: 看 }, groupSend: {'),
    ['8 一步只做一件事，这里写了 groupSend、duty'],
  ],
  ['two steps of one name', GOOD.replace('step: 收尾', 'step: 当天'), ['10 步骤「当天」写了两次']],
  ['after its end', GOOD.replace('until: 3', 'until: 1'), ['10 第 2 天在活动结束（第 1 天）以后，不能再发']],
  ['a to-do after its end', GOOD.replace('step: 备货, day: -2', 'step: 备货, day: 5'), []],
  ['nobody', without('audience'), ['1 没有写发给哪些客户']],
  [
    'everybody',
    GOOD.replace('{ follow.active: true }', '{}'),
    ['4 没有写 follow.active，删了导购的客户也算在内', '4 没有写发给谁，会发给所有客户'],
  ],
  ['no groups', without('groups'), ['1 没有写是哪些群']],
  [
    'a wrong time, which hides nothing else',
    without('groups')
      .replace('clicked: [活动页]', 'clicked: [没有的]')
      .replace('at: "10:00", send: { text: 今晚', 'at: "25:00", send: { text: 今晚'),
    ['1 没有写是哪些群', '5 policy.yaml 的 links 里没有「没有的」', '9 「at」不能写成「25:00」'],
  ],
  [
    'a step that cannot be read, which may be one for groups',
    GOOD.replace(GROUP, '{ step: 群预告, day: -1, at: "19:00", groupSend: 明天 }'),
    ['8 「groupSend」要写几项「名字: 值」，不能是「明天」'],
  ],
  ['all groups', GOOD.replace('{ group.pool: 群 }', '{}'), ['5 没有写发到哪些群，会发到所有客户群']],
  [
    'an owner of no group',
    without('groups').replace(`  - ${GROUP}\n`, '').replace(', who: [lisi]', ''),
    ['1 没有写是哪些群'],
  ],
  ['groups for nothing', GOOD.replace(`  - ${GROUP}\n`, ''), ['5 没有一步是发到群、请群主做的，groups 用不上']],
  [
    'a step for nobody',
    GOOD.replace('{ follow.active: true }', '{ follow.active: true, orders.paid.count: 0 }'),
    ['9 没有人能符合：这一步的 only 和整个活动的 audience 互相矛盾'],
  ],
  [
    'an audience for nobody',
    GOOD.replace(
      '{ follow.active: true }',
      '{ follow.active: true, all: [{ orders.paid.count: 0 }, { orders.paid.count: 2 }] }',
    ),
    ['4 没有人能符合：对「已付款订单数」的要求互相矛盾'],
  ],
  [
    'a condition about groups',
    GOOD.replace('follow.active: true', 'follow.active: true, group.members: 3'),
    ['4 没有「group.members」这个事实'],
  ],
  [
    'a condition about customers',
    GOOD.replace('group.pool: 群', 'orders.paid.count: 3'),
    ['5 没有「orders.paid.count」这个事实'],
  ],
  ['an unknown pool', GOOD.replace('group.pool: 群', 'group.pool: 裙'), ['5 没有叫「裙」的群池']],
  ['nobody drops out', GOOD.replace('{ bought: true, clicked: [活动页] }', '{}'), ['6 没有写谁不再收']],
  ['a link that there is not', GOOD.replace('[活动页]', '[活动叶]'), ['6 policy.yaml 的 links 里没有「活动叶」']],
  [
    'a moment for some',
    GOOD.replace('tags: [生命周期/新客] }', 'tags: [生命周期/新客] }, only: { orders.paid.count: 1 }'),
    ['11 朋友圈不能按条件选人，企业微信只认标签'],
  ],
  ['a moment for an unknown tag', GOOD.replace('生命周期/新客', '生命周期/熟客'), ['11 没有叫「生命周期/熟客」的标签']],
  ['a name for an account', GOOD.replace('[lisi]', '[李四]'), ['12 「李四」是姓名，这里要写员工账号（userid）']],
  ['words for one customer', GOOD.replace('今晚截止', '"{客户昵称}今晚截止"'), ['10 这里不能用 {客户昵称}']],
  ['no content', GOOD.replace('send: { text: 今晚截止 }', 'send: { text: "" }'), ['10 没有内容']],
  [
    'at night',
    GOOD.replace('day: 2, at: "10:00"', 'day: 2, at: "23:00"'),
    ['10 23:00 在 policy.yaml 的免打扰时段 21:30-09:00 里，要等这段时间过去才请导购确认'],
  ],
  [
    'two messages in one minute to some',
    GOOD.replace('day: 2, at: "10:00"', 'day: 0, at: "10:00"'),
    ['10 和「当天」同一天同一时间，两步都符合的会收到两条'],
  ],
  [
    'two messages in one minute to the same',
    GOOD.replace(', only: { orders.paid.count: { gte: 1 } }', '').replace('day: 2, at: "10:00"', 'day: 0, at: "10:00"'),
    ['10 和群发「家宴·当天」同一时间发给同样的人，每人会收到两条'],
  ],
  [
    'a hold-out that sees it all the same',
    `${GOOD}holdOut: { percent: 10, days: 7 }\n`,
    ['13 对照组的人也看得到群里的消息和朋友圈，两边的差别会偏小'],
  ],
  ['an unknown kind', `${GOOD}kind: 大促\n`, ['13 policy.yaml 的 rhythm 里没有「大促」这一类']],
  ['all past', GOOD.replace(AHEAD, '2026-03-04'), ['2 2026-03-04 的每一步都已经过了，不会再发']],
  [
    'too far ahead to know the holidays',
    GOOD.replace(AHEAD, '2028-03-08'),
    ['2 放假安排只知道到 2026 年：2028 年的放假日和调休按普通日子算'],
  ],
  ['not in force', `${GOOD.replace(AHEAD, '2026-03-04')}enabled: false\n`, []],
])('%s', async (_what, text, said) => {
  expect(await saidOf(text)).toEqual(said)
})

it('says that a step falls on a holiday, and that one has had its time while others come', async () => {
  expect(await saidOf(GOOD.replace(AHEAD, '2026-09-29'))).toEqual(['10 2026-10-01 是放假日', '12 2026-09-27 是放假日'])
  expect(await saidOf(GOOD.replace(AHEAD, '2026-09-02'))).toEqual(['12 2026-08-31 10:00 已经过了，没发过的不会再发'])
  vi.setSystemTime(Date.parse('2026-09-05T10:00:00+08:00'))
  expect(await saidOf(GOOD.replace(AHEAD, '2026-09-02'))).toEqual(['2 2026-09-02 的每一步都已经过了，不会再发'])
})

it('counts as one of its kind, and no name is given twice', async () => {
  const policy = 'links: { 活动页: { url: "https://shop.example/a" } }\nrhythm: { 大促: { most: 1, days: 30 } }\n'
  const kind = `${GOOD}kind: 大促\n`
  expect(await saidOf(kind, { 'policy.yaml': policy })).toEqual([])
  const second = `${kind.replace('campaign: 家宴', 'campaign: 年货')}`
  const both = await saidOf(kind, { 'policy.yaml': policy, 'campaigns/d.yaml': second })
  expect(both.filter((one) => one.includes('30 天里有 2 次「大促」'))).toHaveLength(2)
  const send =
    'send: 家宴·收尾\naudience: { follow.active: true }\ncontent: { text: 好 }\ncron: "0 10 * * 3"\nenabled: false\n'
  expect(await saidOf(GOOD, { 'sends/s.yaml': send })).toEqual(['10 别的规则里已经有一个叫「家宴·收尾」'])
})

it('tells what is wrong in other places beside a fault of shape', async () => {
  const text = GOOD.replace('day: 2', 'day: 二').replace('group.pool: 群', 'group.pool: 裙').replace('[lisi]', '[李四]')
  expect((await saidOf(text)).map((one) => one.split(' ')[0])).toEqual(['5', '10', '12'])
})
