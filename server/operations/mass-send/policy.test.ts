import { afterEach, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { sendQueries } from './send-queries.ts'
import { openSendScene, type SendScene, type SendSceneOptions, WELFARE_DAY } from './testing/send-scene.ts'

let t: SendScene
afterEach(() => t.close())
const open = async (options: SendSceneOptions): Promise<void> => {
  t = await openSendScene(options)
}

const send = (name: string, when: string, guides = '') => `
send: ${name}
audience: { follow.active: true }
content: { text: ${name}的话 }
${when}
${guides}
`
const wait = async (minutes: number): Promise<void> => {
  for (let minute = 0; minute < minutes; minute++) await t.advance(MINUTE_MS)
}

it('nobody gets more than the policy allows, whichever sends they are in; the welcome counts, and what still waits', async () => {
  await open({
    config: { 'policy.yaml': 'contactsPerCustomer: { most: 2, days: 3 }\n' },
    sends: [
      send('甲', 'at: "2026-11-25 10:00"', 'guides: [zhangsan]'),
      send('乙', 'at: "2026-11-25 10:00"'),
      send('丙', 'at: "2026-11-28 09:00"'),
    ].join('---'),
  })
  await t.befriend('zhangsan', 'wmA')
  await t.befriend('lisi', 'wmB')
  await wait(2)
  // wmA has had the welcome, and 甲 waits for her guide: 乙 goes to the other one only.
  expect(t.created().sort()).toEqual(['lisi: wmB', 'zhangsan: wmA'])
  expect(await t.timeline('wmA')).toEqual(['群发「乙」未安排：3 天内已联系 2 次（算上路上的「甲」），最多 2 次'])
  await t.confirmAll('zhangsan')
  await t.confirmAll('lisi')
  await wait(6)
  expect(await t.timeline('wmA')).toContain('群发「甲」已送达（导购张三确认）')
  expect((await t.timeline('wmA')).filter((note) => note.includes('乙'))).toHaveLength(1)

  // Three Shanghai days later the same people may be written to.
  t.clock.set(Date.parse('2026-11-28T08:59:30+08:00'))
  await wait(2)
  expect(t.created().slice(2).sort()).toEqual(['lisi: wmB', 'zhangsan: wmA'])
})

it('nobody is written to sooner after the last contact than the policy wants, not at the last minute of it', async () => {
  await open({
    config: { 'policy.yaml': 'contactsPerCustomer: { most: 9, days: 7, apart: 6h }\n' },
    sends: [
      send('甲', 'at: "2026-11-25 10:00"', 'guides: [zhangsan]'),
      send('乙', 'at: "2026-11-25 15:58"'),
      send('丙', 'at: "2026-11-25 15:59"'),
      send('丁', 'at: "2026-11-25 16:00"'),
    ].join('---'),
  })
  // The welcome is a contact of 9:59.
  await t.befriend('zhangsan', 'wmA')
  await wait(2)
  expect(t.created()).toEqual([])
  expect(await t.timeline('wmA')).toEqual(['群发「甲」未安排：2026-11-25 09:59 刚联系过，两次之间至少隔 6h'])
  t.clock.set(Date.parse('2026-11-25T15:57:00+08:00'))
  await wait(4)
  // At 15:59 six hours are over; then it lies with her guide, so 丁 has to wait.
  expect(t.created()).toEqual(['zhangsan: wmA'])
  expect(await t.timeline('wmA')).toEqual(
    expect.arrayContaining([
      '群发「乙」未安排：2026-11-25 09:59 刚联系过，两次之间至少隔 6h',
      '群发「丁」未安排：还有一条「丙」正在路上，两次之间至少隔 6h',
    ]),
  )
})

it('without a ceiling everybody gets everything', async () => {
  await open({
    sends: [send('甲', 'at: "2026-11-25 10:00"'), send('乙', 'at: "2026-11-25 10:00"')].join('---'),
  })
  await t.befriend('zhangsan', 'wmA')
  await wait(2)
  expect(t.created()).toEqual(['zhangsan: wmA', 'zhangsan: wmA'])
})

it('a send that falls into quiet hours asks the guide when they are over, once, and says so before', async () => {
  await open({
    now: '2026-11-25T23:00:00+08:00',
    config: { 'policy.yaml': 'quiet: "21:30-09:00"\n' },
    sends: send('夜里', 'at: "2026-11-25 23:05"'),
  })
  await t.befriend('zhangsan', 'wmA')
  await wait(6)
  const [run] = await t.db.tx((tx) => sendQueries.runs(tx))
  expect(run).toMatchObject({ state: 'running', remark: '到点时是免打扰时段，2026-11-26 09:00 才请导购确认' })
  t.clock.set(Date.parse('2026-11-26T08:59:00+08:00'))
  await t.settle()
  expect(t.created()).toEqual([])
  await wait(1)
  expect(t.created()).toEqual(['zhangsan: wmA'])
  await t.advance(HOUR_MS)
  expect(t.created()).toHaveLength(1)
})

it.each([
  ['', ['zhangsan: wmB']],
  ['sends', ['zhangsan: wmB']],
  ['journeys', ['zhangsan: wmA wmB']],
] as const)(
  'who refuses «%s» while it waits for the morning is left out as far as that is meant',
  async (scope, expected) => {
    await open({
      now: '2026-11-25T09:59:00+08:00',
      config: { 'policy.yaml': 'quiet: "09:30-12:00"\n' },
      sends: WELFARE_DAY,
    })
    await t.befriend('zhangsan', 'wmA', 'wmB')
    await wait(2)
    await t.db.tx((tx) =>
      t.huoshui.privacy.consents.record(tx, {
        ...{ externalUserId: 'wmA', kind: 'marketing', scope, state: 'refused', source: 'guide', byWhom: 'zhangsan' },
      }),
    )
    await t.settle()
    t.clock.set(Date.parse('2026-11-25T12:00:00+08:00'))
    await wait(1)
    expect(t.created()).toEqual(expected)
    await t.advance(DAY_MS)
  },
)
