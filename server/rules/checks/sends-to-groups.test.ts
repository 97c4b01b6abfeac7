import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { loadRules } from '../load-rules.ts'
import { ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

const send = (name: string, more: string, cron = '0 10 * * 3'): string =>
  `send: ${name}\ncron: "${cron}"\ncontent: { text: 福利 }\n${more}\n`

async function saidOf(sends: string[], policy?: string): Promise<{ faults: string[]; advice: string[] }> {
  const files = { 'sends/s.yaml': sends.join('---\n') }
  const { folder, remove } = ruleFolderOnDisk({ ...files, ...(policy === undefined ? {} : { 'policy.yaml': policy }) })
  const { faults, advice } = await loadRules(folder, VOCABULARY)
  remove()
  const text = (all: typeof faults): string[] =>
    all.filter(({ file }) => file === 'sends/s.yaml').map((one) => `${one.line} ${one.message}。${one.suggestion}`)
  return { faults: text(faults), advice: text(advice) }
}

it.each<[string, string, string[]]>([
  ['groups of a pool', 'to: groups\naudience: { group.pool: 付费群, group.members: { gte: 20 } }', []],
  [
    'groups, nested and joined',
    'to: groups\naudience: { any: [{ group: { daysOld: { lt: 3 } } }, { not: { group.owner: a } }] }',
    [],
  ],
  ['an unknown pool', 'to: groups\naudience: { group.pool: 付费裙 }', ['5 没有叫「付费裙」的群池。是不是想写 付费群']],
  [
    'a fact of customers',
    'to: groups\naudience: { follow.active: true }',
    [
      '5 没有「follow.active」这个事实。可用的事实：group.pool、group.members、group.daysOld、group.daysInPool、group.tags、group.owner、group.name',
    ],
  ],
  [
    'facts of groups, to customers',
    'audience: { group.pool: 付费群 }',
    ['4 group. 开头的条件说的是客户群，这个群发是发给客户的。发到群里就加上 to: groups'],
  ],
  [
    'what no group can be',
    'to: groups\naudience: { group.members: { gte: 20, lt: 10 } }',
    ['5 没有群能符合：对「群人数（含员工）」的要求互相矛盾。改成能同时成立的'],
  ],
  [
    'guides and a hold-out',
    'to: groups\naudience: { group.pool: 付费群 }\nguides: [zhangsan]\nholdOut: { percent: 10, days: 7 }',
    [
      '6 发到群的群发由群主确认，不写 guides。只要这些群主的群，写 audience: { group.owner: { in: [...] } }',
      '7 发到群的群发没有对照组：同一个人可能在几个群里。去掉 holdOut',
    ],
  ],
  [
    'a kind that nobody knows',
    'to: groups\naudience: { group.pool: 付费群 }\nkind: 福利',
    ['6 policy.yaml 的 rhythm 里没有「福利」这一类。policy.yaml 的 rhythm 里写上「福利」，或者改 kind'],
  ],
])('%s: what is wrong is said', async (_what, more, expected) => {
  expect((await saidOf([send('甲', more)])).faults).toEqual(expected)
})

const TO_POOL = 'to: groups\naudience: { group.pool: 付费群 }'

it('says where a group gets more than the policy allows, and where one send meets another; customers are not counted in', async () => {
  const policy = 'contactsPerGroup: { most: 1, days: 7 }\ncontactsPerCustomer: { most: 2, days: 7 }\n'
  const toCustomers = send('丙', 'audience: { follow.active: true }', '0 11 * * 4')
  expect(await saidOf([send('甲', TO_POOL), toCustomers], policy)).toEqual({ faults: [], advice: [] })
  const more =
    '7 天里同一个群会赶上 2 条群发，policy.yaml 最多 1 次：后面的不会发给这个群。错开时间，或者用 audience 把人分开'
  expect((await saidOf([send('甲', TO_POOL), send('乙', TO_POOL, '0 11 * * 5')], policy)).advice).toEqual([
    `2 ${more}`,
    `8 ${more}`,
  ])
  expect((await saidOf([send('甲', TO_POOL), send('乙', TO_POOL)])).advice).toEqual([
    '8 和群发「甲」同一时间发到同样的群，每个群会收到两条。错开时间，或者合成一条',
  ])
  expect((await saidOf([send('甲', 'to: groups\naudience: {}')])).advice).toEqual([
    '5 没有写发到哪些群，会发到所有客户群。写清楚条件，如 group.pool: 付费群',
  ])
})
