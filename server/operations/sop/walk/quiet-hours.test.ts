import { afterEach, expect, it, test } from 'vitest'
import { SECOND_MS } from '../../../core/kernel/shanghai.ts'
import { nextMorning, quietUntil } from '../../../rules/book/quiet-until.ts'
import { config, openSopScene, type SopScene } from '../testing/sop-scene.ts'

const at = (text: string): number => Date.parse(`${text}+08:00`)

test.each<[string, (string | undefined)[], string | undefined]>([
  ['2026-11-22T21:29:59', ['21:30-09:00'], undefined],
  ['2026-11-22T21:30:00', ['21:30-09:00'], '2026-11-23T09:00:00'],
  ['2026-11-22T00:00:00', ['21:30-09:00'], '2026-11-22T09:00:00'],
  ['2026-11-22T09:00:00', ['21:30-09:00'], undefined],
  ['2026-11-22T12:30:00', ['12:00-14:00', undefined], '2026-11-22T14:00:00'],
  // One ends inside another.
  ['2026-11-22T22:00:00', ['08:00-10:00', '21:30-09:00'], '2026-11-23T10:00:00'],
  ['2026-12-31T23:59:59', ['23:00-00:30'], '2027-01-01T00:30:00'],
])('at %s in %j it is quiet until %s', (now, hours, until) => {
  expect(quietUntil(at(now), hours)).toBe(until === undefined ? undefined : at(until))
})

test('the next morning is nine, or when its quiet hours end', () => {
  expect(nextMorning(at('2026-11-30T00:00:00'), undefined)).toBe(at('2026-12-01T09:00:00'))
  expect(nextMorning(at('2026-11-30T23:59:59'), '21:30-09:45')).toBe(at('2026-12-01T09:45:00'))
})

let t: SopScene | undefined
afterEach(async () => {
  await t?.close()
  t = undefined
})

it('at night a journey does what nobody notices; what reaches people waits for the morning, once', async () => {
  const scene = await openSopScene({
    now: '2026-11-22T22:00:00+08:00',
    config: {
      ...config,
      'policy.yaml': 'quiet: "21:30-09:00"\n',
      'sop/first.yaml': `
sop: night
name: 夜里
trigger: customer.added
quiet: "12:00-14:00"
steps:
  - tag: { add: [生命周期/新客] }
  - task: { for: guide, title: 问好 }
  - wait: 3h
  - appMessage: { to: guide, text: 再看看这位客户 }
`,
    },
  })
  t = scene
  const id = await scene.scan({ state: 'store-code' })
  await scene.again()
  expect(scene.sandbox.calls('externalcontact/mark_tag')).toHaveLength(1)
  expect(await scene.tasksAbout(id)).toEqual([])
  expect(await scene.journey(id)).toMatchObject({ now: '给导购待办「问好」', nextAtMs: at('2026-11-23T09:00:00') })
  expect((await scene.outcomes(id)).at(-1)).toBe('免打扰时段，等到 2026-11-23 09:00')

  await scene.until('2026-11-23T08:59:58')
  expect(await scene.tasksAbout(id)).toEqual([])
  await scene.until('2026-11-23T09:00:00')
  expect((await scene.tasksAbout(id)).map((task) => task.title)).toEqual(['问好'])
  await scene.until('2026-11-23T12:00:00')
  expect(await scene.outcomes(id)).toEqual([
    '标签：加 生命周期/新客',
    '给导购待办「问好」',
    '时间到',
    '免打扰时段，等到 2026-11-23 14:00',
  ])
  await scene.again()
  await scene.until('2026-11-23T14:00:00')
  await scene.advance(SECOND_MS)
  expect((await scene.outcomes(id)).at(-1)).toBe('应用消息通知 张三')
  expect(await scene.tasksAbout(id)).toHaveLength(1)
})

it('waits for a weekday, and for the very event that was named', async () => {
  const scene = await openSopScene({
    sop: `
sop: waits
name: 等
trigger: customer.added
steps:
  - wait: { until: "10:00", weekday: 3 }
  - wait: { event: tag.added, tag: 生命周期/老客, by: hand, atMost: 5d }
  - task: { for: guide, title: 谢谢 }
`,
  })
  t = scene
  const id = await scene.scan({ state: 'store-code' })
  expect(await scene.journey(id)).toMatchObject({
    now: '等到下一个星期三 10:00',
    nextAtMs: at('2026-11-25T10:00:00'),
  })
  await scene.until('2026-11-25T10:00:00')
  expect(await scene.journey(id)).toMatchObject({ now: '等待打上标签，最多 5 天' })
  const tag = async (name: string, by: 'guide' | 'rule'): Promise<void> => {
    await scene.advance(SECOND_MS)
    await scene.db.tx((tx) =>
      scene.huoshui.tags.change(tx, {
        externalUserId: id,
        userId: 'zhangsan',
        add: [name],
        remove: [],
        by,
        key: `${name}:${by}`,
        reason: { text: '测试' },
      }),
    )
    await scene.settle()
  }
  await tag('生命周期/沉睡', 'guide')
  await tag('生命周期/老客', 'rule')
  expect(await scene.tasksAbout(id)).toEqual([])
  await scene.db.tx((tx) =>
    scene.huoshui.tags.change(tx, {
      externalUserId: id,
      userId: 'zhangsan',
      add: [],
      remove: ['生命周期/老客'],
      by: 'rule',
      key: 'off',
      reason: { text: '测试' },
    }),
  )
  await scene.settle()
  await tag('生命周期/老客', 'guide')
  expect((await scene.tasksAbout(id)).map((task) => task.title)).toEqual(['谢谢'])
})
