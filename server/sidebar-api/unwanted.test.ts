import { afterAll, beforeAll, expect, it } from 'vitest'
import { DAY_MS } from '../core/kernel/shanghai.ts'
import type { Unwanted, UnwantedChange } from './contract-unwanted.ts'
import type { Browser } from './testing/sidebar-browser.ts'
import { openTwoStores, type TwoStores } from './testing/two-stores.ts'

let t: TwoStores
let guide: Browser
beforeAll(async () => {
  t = await openTwoStores()
  guide = await t.as('zhangsan')
})
afterAll(() => t.close())

const path = (): string => `${t.url}/api/sidebar/customers/${t.customers.zhangsan}/unwanted`
const unwanted = async (): Promise<Unwanted['unwanted']> =>
  ((await (await guide.go(path())).json()) as Unwanted).unwanted
const say = async (change: Omit<UnwantedChange, 'key'>, key = `key-${Math.random()}`.replace('.', '-')) =>
  (
    await guide.go(path(), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-huoshui-sidebar': '1', origin: t.url },
      body: JSON.stringify({ ...change, key }),
    })
  ).status
const told = () => t.timelineOf(t.customers.zhangsan, 'customer.refusal')
const isHeard = async (scope: 'sends' | 'journeys'): Promise<boolean> =>
  (await t.db.tx((tx) => t.huoshui.privacy.consents.refusedAmong(tx, 'marketing', [t.customers.zhangsan], scope)))
    .size > 0

it('a guide writes down what the customer does not want, for how long, and takes it back; sent twice it is one word', async () => {
  expect(await unwanted()).toEqual([])
  const nowMs = t.clock.now()
  const change = { scope: 'sends', refuses: true, days: 30 } as const
  expect([await say(change, 'same-key-1'), await say(change, 'same-key-1')]).toEqual([200, 200])
  expect(await unwanted()).toEqual([{ scope: 'sends', sinceMs: nowMs, untilMs: nowMs + 30 * DAY_MS }])
  const until = new Date(nowMs + 30 * DAY_MS + 8 * 3_600_000).toISOString().slice(0, 10)
  expect(await told()).toEqual([`客户不想收到群发，到 ${until}`])
  t.clock.advance(2_000)
  expect([await isHeard('sends'), await isHeard('journeys')]).toEqual([true, false])

  expect(await say({ scope: '', refuses: true, days: null })).toBe(200)
  t.clock.advance(2_000)
  expect([await isHeard('sends'), await isHeard('journeys')]).toEqual([true, true])
  expect((await unwanted()).map(({ scope, untilMs }) => [scope, untilMs])).toEqual([
    ['', null],
    ['sends', nowMs + 30 * DAY_MS],
  ])

  expect(await say({ scope: '', refuses: false, days: null })).toBe(200)
  t.clock.advance(2_000)
  expect([await isHeard('sends'), await isHeard('journeys')]).toEqual([true, false])
  // Nothing was refused, so nothing is said.
  expect(await say({ scope: 'invites', refuses: false, days: null })).toBe(200)
  expect((await told()).sort()).toEqual(
    ['客户不想收到任何营销', `客户不想收到群发，到 ${until}`, '客户又愿意收到任何营销'].sort(),
  )
  const rows = await t.rawRows<{ source: string; by_whom: string }>(
    'SELECT DISTINCT source, by_whom FROM consent WHERE external_userid = ?',
    [t.customers.zhangsan],
  )
  expect(rows).toEqual([{ source: 'guide', by_whom: expect.stringContaining('zhangsan') }])
})
