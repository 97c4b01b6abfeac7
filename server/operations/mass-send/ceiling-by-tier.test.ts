import { afterEach, expect, it } from 'vitest'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { openSendScene, type SendScene } from './testing/send-scene.ts'

/** How many a level may have in place of everybody's most: sends on four mornings to people of two ladders. Events told twice. */

let t: SendScene
afterEach(() => t.close())

const ladder = (name: string, level: string, orders: number): string => `
ladder: ${name}
levels:
  - { level: ${level}, when: { orders.paid.count: { gte: ${orders} } }, lastsDays: 30 }
  - level: 普通
moves: auto
`
const send = (name: string, day: number): string => `
send: ${name}
audience: { follow.active: true }
content: { text: ${name}的话 }
at: "2026-11-${day} 10:00"
`
const buy = async (id: string, ...orders: string[]): Promise<void> => {
  for (const orderId of orders)
    await t.sandbox.order({ externalUserId: id, orderId, totalFen: 100, status: 'paid', paidAt: t.clock.now() })
  await t.settle()
  for (let round = 0; round < 3; round++) await t.advance(1_000)
}

/** To whom the send of that morning goes. */
async function morning(day: number): Promise<string[]> {
  const before = t.created().length
  t.clock.set(Date.parse(`2026-11-${day}T09:59:30+08:00`))
  for (let minute = 0; minute < 2; minute++) await t.advance(MINUTE_MS)
  t.sandbox.redeliver()
  await t.settle()
  await t.confirmAll('zhangsan')
  for (let minute = 0; minute < 6; minute++) await t.advance(MINUTE_MS)
  return t.created().slice(before)
}

it('a level has its own most, of several the least; who changes level in between has that of the new one', async () => {
  t = await openSendScene({
    config: {
      'policy.yaml': `contactsPerCustomer: { most: 2, days: 7, tiers: [ { tier: 熟客/熟, most: 4 }, { tier: 会员/金, most: 3 } ] }\n`,
      'tiers/会员.yaml': ladder('会员', '金', 1),
      'tiers/熟客.yaml': ladder('熟客', '熟', 2),
    },
    sends: [send('甲', 26), send('乙', 27), send('丙', 28), send('丁', 29)].join('---'),
  })
  expect(t.huoshui.rules.faults()).toEqual([])
  // 金, 普通, 金 only from the third morning on, and 金 as well as 熟.
  await t.befriend('zhangsan', 'wmGold', 'wmPlain', 'wmRises', 'wmBoth')
  await buy('wmGold', 'o1')
  await buy('wmBoth', 'o2', 'o3')

  // All have had the welcome.
  expect(await morning(26)).toEqual(['zhangsan: wmBoth wmGold wmPlain wmRises'])
  expect(await morning(27)).toEqual(['zhangsan: wmBoth wmGold'])
  await buy('wmRises', 'o4')
  expect(await morning(28)).toEqual(['zhangsan: wmRises'])
  expect(await morning(29)).toEqual([])

  const no = async (id: string) => (await t.timeline(id)).filter((note) => note.includes('未安排')).sort()
  const full = '7 天内已联系 2 次，最多 2 次'
  const gold = '7 天内已联系 3 次，「会员/金」最多 3 次'
  expect(await no('wmPlain')).toEqual([
    `群发「丁」未安排：${full}`,
    `群发「丙」未安排：${full}`,
    `群发「乙」未安排：${full}`,
  ])
  expect(await no('wmGold')).toEqual([`群发「丁」未安排：${gold}`, `群发「丙」未安排：${gold}`])
  expect(await no('wmBoth')).toEqual([`群发「丁」未安排：${gold}`, `群发「丙」未安排：${gold}`])
  expect(await no('wmRises')).toEqual([`群发「丁」未安排：${gold}`, `群发「乙」未安排：${full}`])
})

it('a journey’s message asks for the level of that moment, too', async () => {
  t = await openSendScene({
    config: {
      'policy.yaml': 'contactsPerCustomer: { most: 1, days: 7, tiers: [ { tier: 会员/金, most: 2 } ] }\n',
      'tiers/会员.yaml': ladder('会员', '金', 1),
      'sop/hello.yaml':
        'sop: hello\nname: 问好\ntrigger: customer.added\nsteps: [ { wait: 1h }, { message: { text: 您好, within: 2h } } ]\n',
    },
  })
  expect(t.huoshui.rules.faults()).toEqual([])
  await t.befriend('zhangsan', 'wmGold', 'wmPlain')
  await buy('wmGold', 'o1')
  for (let minute = 0; minute < 62; minute += 2) await t.advance(2 * MINUTE_MS)
  const outcome = async (id: string) =>
    (await t.db.tx((tx) => t.huoshui.sop.queries.ofCustomer(tx, id)))[0]?.steps.at(-1)?.outcome
  expect(await outcome('wmPlain')).toBe('没有群发：7 天内已联系 1 次，最多 1 次')
  expect(t.created()).toEqual(['zhangsan: wmGold'])
})
