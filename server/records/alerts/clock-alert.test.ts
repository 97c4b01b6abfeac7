import { afterEach, expect, it } from 'vitest'
import { createSettableClock, type SettableClock } from '../../core/kernel/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

let platform: TestApp
let t: TestApp
let ours: SettableClock
afterEach(async () => {
  await t.close()
  await platform.close()
})

/** A server whose clock is `offMs` away from that of WeCom. */
async function open(offMs: number): Promise<void> {
  platform = await buildTestApp()
  ours = createSettableClock(platform.clock.now() + offMs)
  t = await buildTestApp({ platform: { sandbox: platform.sandbox, clock: ours } })
}
const ask = () => t.huoshui.wecom.staff.get('zhangsan')
const alerts = async () =>
  (await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))).map(({ key, text }) => `${key} ${text.split('：')[0]}`)
const readyz = async () => (await fetch(`${t.url}/readyz`)).json()
const pass = async (ms: number): Promise<void> => {
  platform.clock.advance(ms)
  await t.advance(ms)
}

it.each<[number, RegExp]>([
  [7_500, /快 [78] 秒/],
  [-7_500, /慢 [78] 秒/],
  [90_000, /快 (89|90) 秒/],
])(
  'a clock that is %i ms off is an alert after a minute, degraded, closed when it is right again',
  async (off, how) => {
    await open(off)
    await ask()
    await pass(40 * SECOND_MS)
    await ask()
    expect(await alerts()).toEqual([])
    await pass(25 * SECOND_MS)
    await pass(20 * SECOND_MS)
    expect(await alerts()).toEqual([
      expect.stringMatching(new RegExp(`^clock.off 服务器的时钟比企业微信${how.source}$`)),
    ])
    expect(await readyz()).toEqual({ status: 'degraded', why: ['clock.off'] })
    expect(await (await fetch(`${t.url}/metrics`)).text()).toMatch(
      new RegExp(`huoshui_clock_ahead_seconds ${off < 0 ? '-' : ''}\\d`),
    )

    ours.advance(-off)
    // Nobody needs WeCom: it is asked all the same.
    await pass(MINUTE_MS)
    await pass(MINUTE_MS)
    expect(await alerts()).toEqual([])
    expect(await readyz()).toEqual({ status: 'ready' })
  },
)

it('four seconds are none, nor is a minute of which only one answer says so', async () => {
  await open(4_000)
  for (let n = 0; n < 6; n++) {
    await ask()
    await pass(20 * SECOND_MS)
  }
  expect(await alerts()).toEqual([])
  ours.advance(60_000)
  await ask()
  ours.advance(-60_000)
  await ask()
  for (let n = 0; n < 6; n++) await pass(20 * SECOND_MS)
  expect(await alerts()).toEqual([])
})
