import { expect, it } from 'vitest'
import { faultsOf } from '../testing/rule-folder-on-disk.ts'

const good = `ladder: 分层
levels:
  - level: S
    when: { orders.paid.sum: { gte: 10000元 } }
    tag: 分层/S
    guides: [lisi]
    cap: 200
  - level: A
    when: { orders.paid.sum: { gte: 2000元 } }
    lastsDays: 365
  - level: C
coolDownDays: 14
moves: auto
`
const folder = (text: string) => ({
  'tiers/a.yaml': text,
  'tags.yaml':
    'tags:\n  - { group: 来源, names: [包裹卡] }\n  - { group: 生命周期, names: [新客, 老客] }\n  - { group: 分层, names: [S] }\n',
})

it('a ladder from the best level down to the one for everybody is right', async () => {
  expect(await faultsOf(folder(good))).toEqual([])
})

it.each<[what: string, text: string, ...faults: string[]]>([
  [
    'a condition on the last level',
    good.replace('level: C', 'level: C\n    when: { follow.active: true }'),
    '12:5 「C」是最后一级，所有人都在这里，不能写 when。删掉它，或者在下面再加一级',
  ],
  [
    'an upper level without a condition',
    good.replace('    when: { orders.paid.sum: { gte: 2000元 } }\n', ''),
    '8:5 「A」没有写 when，没有人升得上来。写 when: { … }；只有最后一级不写',
  ],
  [
    'an upper level for everybody',
    good.replace('{ orders.paid.sum: { gte: 2000元 } }', '{}'),
    '9:11 「A」的 when 是空的，所有人都会升到这里。写清楚什么样的客户能升上来',
  ],
  ['two levels of one name', good.replace('level: A', 'level: S'), '8:12 「S」写了两次。只留一个'],
  ['a tag that does not exist', good.replace('tag: 分层/S', 'tag: S'), '5:10 标签「S」要连组名一起写。写成 分层/S'],
  [
    'a tag of two levels',
    good.replace('lastsDays: 365', 'tag: 分层/S'),
    '10:10 标签「分层/S」已经是「分层/S」的标签。每一级用自己的标签',
  ],
  [
    'a cap of nobody',
    good.replace('    guides: [lisi]\n', ''),
    '6:10 写了 cap 而没有写 guides。用 guides 写清楚是哪些导购的上限',
  ],
  [
    'an entitlement shorter than the cool-off',
    good.replace('365', '10'),
    '10:16 有效 10 天，比 coolDownDays 的 14 天还短。至少写 14',
  ],
  [
    'a group that does not exist',
    good.replace('lastsDays: 365', 'invite: VIP群'),
    '10:13 没有叫「VIP群」的群池。先在 groups/ 里加上',
  ],
  [
    'a condition that looks at the ladder itself',
    good.replace('{ orders.paid.sum: { gte: 2000元 } }', '{ tiers: { any: [分层/S] } }'),
    '9:11 条件里的「分层/S」就是这把梯子自己决定的。换成订单、群等别的条件',
  ],
  [
    'a level that no ladder has',
    good.replace('{ orders.paid.sum: { gte: 2000元 } }', '{ tiers: { any: [S] } }'),
    '9:28 「S」要连梯子的名字一起写。写成 分层/S',
  ],
  ['an unknown word', good.replace('coolDownDays', 'coolDown'), '12:1 不认识「coolDown」。是不是想写 coolDownDays'],
  [
    'moves that nobody knows',
    good.replace('moves: auto', 'moves: 自动'),
    '13:8 「moves」不能是「自动」。可以写 auto、propose',
  ],
])('%s is told at its place', async (_what, text, ...faults) => {
  expect(await faultsOf(folder(text))).toEqual(faults.map((fault) => `tiers/a.yaml:${fault}`))
})

it('two ladders of one name are told, and a journey may ask for a level', async () => {
  const sop =
    'sop: vip\nname: VIP\ntrigger: order.paid\nwhen: { tiers: { any: [分层/B] } }\nsteps:\n  - tag: { add: [分层/S] }\n'
  expect(
    await faultsOf({
      ...folder(good),
      'tiers/b.yaml': good.replace('tag: 分层/S\n', 'invite: x\n'),
      'sop/v.yaml': sop,
    }),
  ).toEqual([
    'sop/v.yaml:4:24 没有叫「分层/B」的分层等级。是不是想写 分层/S',
    'tiers/b.yaml:1:9 梯子「分层」已经写在 tiers/a.yaml 里。换一个名字，或者删掉一个',
    'tiers/b.yaml:5:13 没有叫「x」的群池。先在 groups/ 里加上',
  ])
})
