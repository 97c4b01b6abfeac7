import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { AtHand } from '../at-hand.ts'
import { formatFault } from '../files/rule-fault.ts'
import { loadRules } from '../load-rules.ts'
import { ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

const AT_HAND: AtHand = {
  staff: undefined,
  departments: undefined,
  categories: new Set(['西冷', '酱料']),
  products: new Set(['菲力牛排 150g', 'NP-FL-150']),
  inForce: undefined,
  isInUse: () => Promise.resolve(false),
}

/** Faults and remarks about one more file, `a.yaml` in its folder. */
async function told(folder: string, text: string, more: Record<string, string> = {}): Promise<string[]> {
  const made = ruleFolderOnDisk({ [`${folder}/a.yaml`]: text, ...more })
  try {
    const { faults, advice } = await loadRules(made.folder, VOCABULARY, AT_HAND)
    const shown = [...faults, ...advice].filter(({ file }) => file === `${folder}/a.yaml`)
    return shown.map((one) => formatFault(one).replace(`${folder}/a.yaml:`, ''))
  } finally {
    made.remove()
  }
}

const sop = (trigger: string, rest: string): string =>
  `sop: aa\nname: 甲\ngoal: order.created\ntrigger: ${trigger}\n${rest}\n`
const WAIT = 'steps: [ { wait: 1d } ]'
const message = (wait: string, more = ''): string => `steps:\n  - wait: ${wait}\n  - message: { text: 您好${more} }`
const NIGHT = { 'policy.yaml': 'quiet: "21:30-09:00"\n' }

it.each<[what: string, text: string, more: Record<string, string>, ...told: string[]]>([
  [
    'a time that is over',
    sop('customer.added', `valid: { to: "2020-01-01" }\n${WAIT}`),
    {},
    '5:14 有效期到 2020-01-01，已经过了，不会再有人进来。改日期，或者删掉这条 SOP',
  ],
  ['of one that is switched off', sop('customer.added', `enabled: false\nvalid: { to: "2020-01-01" }\n${WAIT}`), {}],
  ['a time to come', sop('customer.added', `valid: { to: "2099-01-01" }\n${WAIT}`), {}],
  [
    'a day that is over',
    sop('{ date: "2020-01-01", at: "10:00" }', `when: { orders.paid.count: 1 }\n${WAIT}`),
    {},
    '4:18 2020-01-01 已经过了，不会再触发。改日期；每年都要就只写月和日',
  ],
  ['the day of every year', sop('{ date: "01-01", at: "10:00" }', `when: { orders.paid.count: 1 }\n${WAIT}`), {}],
  [
    'days since an order of those without one',
    sop('{ day: 7, since: order.last, at: "10:00" }', `when: { orders.paid.count: 0 }\n${WAIT}`),
    {},
    '4:27 从订单算起的第 7 天只有下过单的客户才有，而 when 要的是没下过单的。换成 since: customer.added，或者改 when',
  ],
  [
    'days since they came',
    sop('{ day: 7, since: customer.added, at: "10:00" }', `when: { orders.paid.count: 0 }\n${WAIT}`),
    {},
  ],
  [
    'days since an order of buyers',
    sop('{ day: 7, since: order.last, at: "10:00" }', `when: { orders.paid.count: 1 }\n${WAIT}`),
    {},
  ],
  [
    'a message to who is lost',
    sop('customer.lost', message('1d')),
    {},
    '7:14 客户已经删掉导购，群发到不了。改成 task，或者换一个触发',
  ],
  [
    'a message in the night that nobody waits for',
    sop('order.paid', message('{ until: "22:00" }', ', within: 2h')),
    NIGHT,
    '7:14 这条群发发不出去：22:00 在免打扰时段里，要等到 09:00，那时已经超过 within 2h。换一个时间，或者把 within 写长',
  ],
  ['in the night, waited for', sop('order.paid', message('{ until: "22:00" }', ', within: 12h')), NIGHT],
  ['in the day', sop('order.paid', message('{ until: "20:00" }', ', within: 2h')), NIGHT],
  ['in its own night', sop('order.paid', `quiet: "21:30-23:30"\n${message('{ until: "22:00" }', ', within: 2h')}`), {}],
  ['at no certain time', sop('order.paid', message('22h', ', within: 2h')), NIGHT],
  [
    'percentages that are none',
    sop(
      'order.paid',
      'steps:\n  - split:\n      experiment: 甲\n      arms:\n        - { arm: A, weight: 30, do: [] }\n        - { arm: B, weight: 50, do: [] }',
    ),
    {},
    '9:9 份数加起来是 80，实际按 A 37.5%、B 62.5% 分。要按百分比就加到 100',
  ],
  [
    'shares',
    sop(
      'order.paid',
      'steps:\n  - split:\n      experiment: 甲\n      arms:\n        - { arm: A, weight: 1, do: [] }\n        - { arm: B, weight: 2, do: [] }',
    ),
    {},
  ],
  [
    'a category that nobody ordered',
    sop('order.paid', `when: { orders.paid.categories: { any: [西泠, 酱料] } }\n${WAIT}`),
    {},
    '5:41 不认识品类「西泠」：products.yaml 里没有，最近也没有卖过。是不是想写 西冷',
  ],
  [
    'a category that the catalogue alone knows',
    sop('order.paid', `when: { orders.paid.count: { category: 礼盒, gte: 1 } }\n${WAIT}`),
    { 'products.yaml': 'products:\n  - { sku: NP-LB-*, category: 礼盒 }\n' },
  ],
  [
    'a product that nobody sold',
    sop('order.paid', `when: { orders.paid.count: { product: [菲力牛排 150克, NP-FL-150], gte: 1 } }\n${WAIT}`),
    {},
    '5:40 不认识商品「菲力牛排 150克」：products.yaml 里没有，最近也没有卖过。是不是想写 菲力牛排 150g',
  ],
  [
    'a product that a pattern of the catalogue fits',
    sop('order.paid', `when: { visits.products: { any: [np-fl-200] } }\n${WAIT}`),
    { 'products.yaml': 'products:\n  - { sku: NP-FL-*, role: 主推 }\n' },
  ],
  [
    'a look at what is not sold',
    sop('{ event: visit.made, category: 西泠, product: NP-FL-15 }', WAIT),
    {},
    '4:41 不认识品类「西泠」：products.yaml 里没有，最近也没有卖过。是不是想写 西冷',
    '4:54 不认识商品「NP-FL-15」：products.yaml 里没有，最近也没有卖过。是不是想写 NP-FL-150',
  ],
  [
    'what was looked at, and carts',
    sop('order.paid', `when: { visits.categories: { any: [牛腩] }, visits.cart.products: { any: [羊排] } }\n${WAIT}`),
    {},
    '5:36 不认识品类「牛腩」：products.yaml 里没有，最近也没有卖过。有的是 西冷、酱料',
    '5:73 不认识商品「羊排」：products.yaml 里没有，最近也没有卖过。有的是 菲力牛排 150g、NP-FL-150',
  ],
])('of a journey: %s', async (_what, text, more, ...messages) => {
  expect(await told('sop', text, more)).toEqual(messages)
})

const ladder = (upper: string, lower: string): string =>
  `ladder: 分层\nlevels:\n  - { level: A, ${upper} }\n  - { level: B, ${lower} }\n  - level: C\nmoves: auto\n`
const paid = (count: number): string => `{ orders.paid.count: { gte: ${count} } }`

it.each<[what: string, text: string, ...told: string[]]>([
  ['easier downwards', ladder(`when: ${paid(5)}, keep: ${paid(3)}`, `when: ${paid(1)}`)],
  [
    'a level that nobody reaches',
    ladder(`when: ${paid(1)}`, `when: ${paid(5)}`),
    '4:23 没有人会到「B」：符合它的人都符合更高的「A」。从高到低，要求也要从难到易',
  ],
  [
    'staying that is harder than coming',
    ladder(`when: ${paid(3)}, keep: ${paid(5)}`, `when: ${paid(1)}`),
    '3:64 「A」的 keep 不比 when 宽，写了也留不住人。keep 要比 when 容易，如 when 写 10000元、keep 写 6000元',
  ],
])('of a ladder: %s', async (_what, text, ...messages) => {
  expect(await told('tiers', text)).toEqual(messages)
})

const send = (audience: string, time: string): string =>
  `send: 甲\naudience: ${audience}\n${time}\ncontent: { text: 福利 }\n`
const other = (audience: string, time: string): Record<string, string> => ({
  'sends/b.yaml': send(audience, time).replace('甲', '乙'),
  'policy.yaml': 'contactsPerCustomer: { most: 2, days: 7 }\n',
})
const BUYERS = '{ follow.active: true, orders.paid.count: { gte: 1 } }'
const STRANGERS = '{ follow.active: true, orders.paid.count: 0 }'

it.each<[what: string, text: string, more: Record<string, string>, ...told: string[]]>([
  [
    'to people who are gone',
    send('{ orders.paid.count: { gte: 1 } }', 'at: "2099-12-24 10:00"'),
    {},
    '2:11 没有写 follow.active，删了导购的客户也算在内。加上 follow.active: true',
  ],
  [
    'beyond the contacts that are allowed',
    send(BUYERS, 'cron: "0 10 * * 1,3"'),
    other(BUYERS, 'cron: "0 10 * * 5"'),
    '3:7 7 天里同一个客户会赶上 3 条群发，policy.yaml 最多 2 次：后面的不会发给这位客户。错开时间，或者用 audience 把人分开',
  ],
  ['to others', send(BUYERS, 'cron: "0 10 * * 1,3"'), other(STRANGERS, 'cron: "0 10 * * 5"')],
  ['as often as allowed', send(BUYERS, 'cron: "0 10 * * 1"'), other(BUYERS, 'cron: "0 10 * * 5"')],
  [
    'another one being switched off',
    send(BUYERS, 'cron: "0 10 * * 1,3"'),
    other(BUYERS, 'cron: "0 10 * * 5"\nenabled: false'),
  ],
])('of a send: %s', async (_what, text, more, ...messages) => {
  expect(
    await told('sends', text, {
      ...more,
      'sends/福利.yaml':
        'send: 福利\nenabled: false\nat: "2099-01-01 10:00"\naudience: { follow.active: true }\ncontent: { text: 福利 }\n',
    }),
  ).toEqual(messages)
})
