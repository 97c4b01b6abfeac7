import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { holdMoments } from './hold-moments.ts'

const STEAK = `
moment: 周三上新
content: { text: 新到西冷，今天第二件半价 }
at: "2026-11-25 10:00"
`

let t: TestApp
afterEach(() => t.close())

/** Wednesday 9:50. */
async function open(moments = STEAK, files: Record<string, string | Buffer> = {}): Promise<void> {
  const config = {
    'welcomes/default.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n',
    'moments/m.yaml': moments,
    ...files,
  }
  t = await buildTestApp({ now: '2026-11-25T09:50:00+08:00', config })
}
const wait = async (ms: number, times = 1): Promise<void> => {
  for (let round = 0; round < times; round++) await t.advance(ms)
}
const states = async () =>
  (await t.rawRows<{ state: string }>('SELECT state FROM moment_run ORDER BY id')).map(({ state }) => state)

const corpMoments = () => [...t.sandbox.world.moments.byId.values()].filter((one) => one.createType === 0)
/** The answer is lost, and WeCom's job takes its time: so long it is in no list. */
const lateJob = async (ms: number): Promise<void> => {
  t.sandbox.faults.set({ path: 'externalcontact/add_moment_task', cut: 'after' })
  await wait(10 * MINUTE_MS)
  t.sandbox.faults.clear()
  for (const one of corpMoments()) one.createdAtMs += ms
}

test.each([
  ['before WeCom made it', 'before' as const],
  ['after WeCom made it', 'after' as const],
])('the answer never comes, %s: it is looked for and made once', async (_what, when) => {
  await open()
  t.sandbox.faults.set({ path: 'externalcontact/add_moment_task', cut: when })
  await wait(10 * MINUTE_MS)
  await wait(5 * SECOND_MS, 2)
  t.sandbox.faults.clear()
  await wait(MINUTE_MS, 45)
  const made = [...t.sandbox.world.moments.byId.values()].filter((one) => one.createType === 0)
  expect([made.length, await states()]).toEqual([1, ['running']])
})

const unclearAlerts = async (): Promise<string[]> =>
  (await t.rawRows<{ body: string }>("SELECT body FROM alert WHERE alert_key LIKE 'moment-unclear:%'")).map(
    ({ body }) => body,
  )

test('the answer is lost and the job is 20 minutes late: it is waited for, not made a second time', async () => {
  await open()
  await lateJob(20 * MINUTE_MS)
  await wait(5 * MINUTE_MS, 10)
  expect([corpMoments().length, await states()]).toEqual([1, ['running']])
})

test('after a second attempt of unknown end, one that the first made is found all the same', async () => {
  await open()
  await lateJob(120 * MINUTE_MS)
  t.sandbox.faults.set({ path: 'externalcontact/add_moment_task', cut: 'before' })
  await wait(5 * MINUTE_MS, 10)
  t.sandbox.faults.clear()
  const [begun] = await t.rawRows<{ ms: number }>('SELECT started_at - scheduled_at AS ms FROM moment_run')
  expect(begun?.ms).toBeGreaterThan(30 * MINUTE_MS)
  for (const one of corpMoments()) one.createdAtMs -= 120 * MINUTE_MS
  await wait(30 * MINUTE_MS, 6)
  expect([corpMoments().length, await states()]).toEqual([1, ['running']])
})

test('pictures without words: one without words in the list may be another; nothing is taken for ours, nor made twice', async () => {
  const picture = readFileSync('config/assets/send/wednesday.png')
  await open(
    'moment: 上新\nguides: [zhangsan]\ncontent: { attachments: [{ image: a.png }] }\nat: "2026-11-25 10:00"\n',
    { 'assets/a.png': picture },
  )
  await lateJob(0)
  await wait(5 * MINUTE_MS, 10)
  expect([corpMoments().length, await states()]).toEqual([1, ['unclear']])
  // Only a person can see whether it is there.
  expect(await unclearAlerts()).toEqual(['不知道企业微信有没有建成朋友圈「上新」（2026-11-25 10:00）'])
})

test('WeCom has forgotten the job: nobody asks twice, and a person hears of it', async () => {
  await open()
  t.sandbox.faults.set({ path: 'externalcontact/get_moment_task_result', errcode: 40_089 })
  await wait(10 * MINUTE_MS)
  await wait(5 * MINUTE_MS, 6)
  expect([await states(), (await unclearAlerts()).length]).toEqual([['unclear'], 1])
})

test('under another name it is not asked for again; without «was» it is asked whether it is the same', async () => {
  await open()
  await wait(10 * MINUTE_MS)
  await wait(5 * MINUTE_MS, 2)
  t.writeConfig({ 'moments/m.yaml': STEAK.replace('moment: 周三上新', 'moment: 西冷上新\nwas: 周三上新') })
  await t.huoshui.rules.check()
  await wait(5 * MINUTE_MS, 4)
  expect([corpMoments().length, await states()]).toEqual([1, ['running']])
  t.writeConfig({ 'moments/m.yaml': STEAK.replace('moment: 周三上新', 'moment: 又一个') })
  await t.huoshui.rules.check()
  expect(t.huoshui.rules.faults().map(({ message }) => message)).toEqual([
    '朋友圈「西冷上新」不见了，新来了「又一个」：是改名吗',
  ])
})

test('after a restore what waited for a yes and was due is not made; what is due later goes on waiting', async () => {
  const later = STEAK.replace('周三上新', '后来').replace('10:00', '11:00')
  await open(`${STEAK}approval: 2h\n---\n${later}approval: 2h\n`)
  await wait(5 * SECOND_MS, 2)
  expect(await states()).toEqual(['awaiting', 'awaiting'])
  const hold = () =>
    t.db.tx((tx) =>
      holdMoments(tx, t.huoshui.rules.current().moments.values(), {
        untilMs: t.clock.now() + 20 * MINUTE_MS,
        why: '恢复备份',
      }),
    )
  expect([await hold(), await hold(), await states()]).toEqual([1, 0, ['failed', 'awaiting']])
})
