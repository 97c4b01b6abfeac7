import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { loadRules } from '../load-rules.ts'
import { ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-09-01T10:00:00+08:00') }))
afterEach(() => void vi.useRealTimers())

async function saidOf(files: Record<string, string>): Promise<string[]> {
  const { folder, remove } = ruleFolderOnDisk(files)
  const { faults, advice } = await loadRules(folder, VOCABULARY)
  remove()
  return [...faults, ...advice].map(({ line, message }) => `${line} ${message}`)
}

const send = (content: string, more = ''): string =>
  `send: 甲\naudience: { follow.active: true }\nat: "2026-12-01 10:00"\n${more}content:\n${content}`

const CHOOSE = `  choose:
    - { variant: 老客, when: { orders.paid.count: { gte: 1 } }, text: 老朋友 }
    - { variant: 看过, when: { follow.days: { gte: 30 } }, text: 好久不见 }
    - otherwise: { text: 新朋友 }
`
const SPLIT = `  split:
    arms:
      - { arm: A, weight: 50, text: 短的 }
      - { arm: B, weight: 50, text: 长的 }
`

it.each<[string, string, string[]]>([
  ['versions by condition', send(CHOOSE), []],
  ['versions by lot', send(SPLIT), []],
  ['versions by lot beside a hold-out', send(SPLIT, 'holdOut: { percent: 10, days: 7 }\n'), []],
  ['days of its own', send(SPLIT.replace('split:\n', 'split:\n    days: 14\n')), []],
  ['both kinds at once', send(CHOOSE + SPLIT), ['10 choose 和 split 只能写一个']],
  ['words beside the versions', send(`${CHOOSE}  text: 大家好\n`), ['9 分了版本，写在外面的没有人收到']],
  [
    'shares that are no hundred',
    send(SPLIT.replace('weight: 50', 'weight: 40')),
    ['7 各组的 weight 加起来是 90，要正好 100'],
  ],
  ['one version only', send('  split: { arms: [{ arm: A, weight: 99, text: 一 }] }\n'), ['5 「arms」至少要有 2 项']],
  ['an empty message', send(SPLIT.replace('text: 短的', 'text: " "')), ['7 没有内容']],
  ['a message that is missing', send(CHOOSE.replace('{ text: 新朋友 }', '{}')), ['8 没有内容']],
  ['the same name twice', send(CHOOSE.replace('看过', '老客')), ['7 「老客」写了两次']],
  ['the name of the rest', send(CHOOSE.replace('看过', '其余')), ['7 「其余」说的是 otherwise 那一版']],
  ['the same arm twice', send(SPLIT.replace('arm: B', 'arm: A')), ['8 分组「A」写了两次']],
  [
    'an arm that is called as the hold-out',
    send(SPLIT.replace('arm: B', 'arm: 对照组')),
    ['8 「对照组」说的是不发的人'],
  ],
  [
    'days that are said twice',
    send(SPLIT.replace('split:\n', 'split:\n    days: 14\n'), 'holdOut: { percent: 10, days: 7 }\n'),
    ['7 看几天已经写在 holdOut 里'],
  ],
  [
    'a version behind the one without a condition',
    send(`${CHOOSE}    - { variant: 没人, when: { follow.days: { gte: 3 } }, text: 空 }\n`),
    ['9 没有人会收到这一版：上面的 otherwise 已经接住所有人'],
  ],
  [
    'a version behind one that everybody meets',
    send(CHOOSE.replace('{ orders.paid.count: { gte: 1 } }', '{}')),
    ['7 没有人会收到这一版：上面的空条件已经接住所有人', '8 没有人会收到这一版：上面的空条件已经接住所有人'],
  ],
  [
    'a version whose people an earlier one has',
    send(CHOOSE.replace('{ follow.days: { gte: 30 } }', '{ orders.paid.count: { gte: 3 } }')),
    ['7 没有人会收到这一版：符合的人已经被第 1 版接住'],
  ],
  [
    'a version that the audience excludes',
    send(CHOOSE.replace('{ follow.days: { gte: 30 } }', '{ follow.active: false }')),
    ['7 没有人会收到这一版：它和 audience 互相矛盾'],
  ],
  [
    'nothing for the rest',
    send(CHOOSE.replace('    - otherwise: { text: 新朋友 }\n', '')),
    ['6 没有写 otherwise：哪个 when 都不成立的人收到什么，没有说'],
  ],
  [
    'a condition of nothing known',
    send(CHOOSE.replace('follow.days', 'follow.dayz')),
    ['7 没有「follow.dayz」这个事实'],
  ],
  ['a word that is not filled in', send(SPLIT.replace('短的', '"{客户昵称}"')), ['7 这里不能用 {客户昵称}']],
  ['a word that shuts accounts', send(CHOOSE.replace('新朋友', '转发朋友圈领红包')), ['8 「转发朋友圈领红包」是']],
  ['two arms that say the same', send(SPLIT.replace('长的', '短的')), ['7 有两组的内容一模一样，比不出什么']],
  [
    'into groups',
    send(SPLIT).replace('audience: { follow.active: true }', 'to: groups\naudience: { group.members: { gte: 1 } }'),
    ['7 发到群的群发只有一段正文：一个群里什么样的客户都有，同一个人也可能在几个群里'],
  ],
])('%s', async (_what, text, expected) => {
  const said = await saidOf({ 'sends/a.yaml': text })
  expect(said.map((one, nth) => one.slice(0, expected[nth]?.length ?? one.length))).toEqual(expected)
})

const campaign = (step: string): string => `campaign: 家宴
date: "2026-12-16"
audience: { follow.active: true }
steps:
  - step: 当天
    day: 0
    at: "10:00"
    ${step}:
${SPLIT.replace(/^/gm, '    ').trimEnd()}
`

it('a step of a campaign may have versions, and faults stand where they are written', async () => {
  expect(await saidOf({ 'campaigns/c.yaml': campaign('send') })).toEqual([])
  const wrong = campaign('send').replace('weight: 50', 'weight: 60')
  expect(await saidOf({ 'campaigns/c.yaml': wrong })).toEqual(['11 各组的 weight 加起来是 110，要正好 100'])
  const chosen = campaign('send').replace(/ {6}split:[\s\S]*/, CHOOSE.replace(/^/gm, '    '))
  expect(await saidOf({ 'campaigns/c.yaml': chosen })).toEqual([])
  expect(await saidOf({ 'campaigns/c.yaml': chosen.replace('follow.days', 'follow.dayz') })).toEqual([
    expect.stringMatching(/^11 .*follow\.dayz/),
  ])
})
