import { afterEach, beforeEach, expect, it } from 'vitest'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp()
})
afterEach(() => t.close())

const PATH = '/cgi-bin/user/get'
const KEY = `platform.unread-answer:${PATH}`
const open = async () =>
  (await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))).filter(({ key }) => key.startsWith('platform.'))
const ask = () => t.huoshui.wecom.staff.get('zhangsan')
/** An hour of calls every minute. */
async function ten(minutes: () => Promise<unknown>): Promise<void> {
  for (let minute = 0; minute < 10; minute++) {
    await minutes()
    await t.advance(MINUTE_MS)
  }
}

it('an endpoint whose answer is not understood is named with the field, once, until it is understood for a while', async () => {
  t.sandbox.faults.set({ path: PATH, odd: { at: 'userid', is: 'null' } })
  await expect(ask()).rejects.toMatchObject({ code: 'wecom.not-understood', path: PATH, field: 'userid' })
  await t.advance(MINUTE_MS)
  await ten(() => ask().catch(() => undefined))
  const [alert, ...more] = await open()
  expect(more).toEqual([])
  expect(alert).toMatchObject({
    key: KEY,
    text: expect.stringContaining(`${PATH} 的答复和文档不一样，字段 userid 读不懂`),
  })

  t.sandbox.faults.clear()
  await ask()
  await t.advance(MINUTE_MS)
  expect(await open()).toHaveLength(1)
  await ten(ask)
  expect(await open()).toEqual([])
})

it('one odd customer among many good ones keeps the alert open: it does not come and go', async () => {
  t.sandbox.faults.set({ path: PATH, odd: { at: 'userid', is: 'null' }, times: 1 })
  await ask().catch(() => undefined)
  await t.advance(MINUTE_MS)
  const [first] = await open()
  await ask()
  await t.advance(5 * MINUTE_MS)
  t.sandbox.faults.set({ path: PATH, odd: { at: 'userid', is: 'null' }, times: 1 })
  await ask().catch(() => undefined)
  await t.advance(6 * MINUTE_MS)
  await ask()
  await t.advance(MINUTE_MS)
  expect(await open()).toMatchObject([{ sinceMs: first?.sinceMs }])
})

it('endpoints that are understood raise nothing', async () => {
  await ask()
  await t.advance(MINUTE_MS)
  expect(await open()).toEqual([])
})
