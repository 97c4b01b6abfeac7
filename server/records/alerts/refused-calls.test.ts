import { afterEach, beforeEach, expect, it } from 'vitest'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { createAlerts } from './alerts.ts'
import { createRefusedCalls } from './refused-calls.ts'

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

it.each([
  // A token is given to whom nothing else is; a wrong secret is none any more.
  ['/cgi-bin/gettoken', ['platform.refused:301002', 'platform.refused:60020']],
  ['/cgi-bin/user/get', []],
])('what was refused of the whole app before, and the yes of %s to the next process', async (path, left) => {
  const alerts = createAlerts(kit)
  for (const errcode of [60020, 40001, 301002]) {
    const key = `platform.refused:${errcode}`
    await kit.db.tx((tx) => alerts.raise(tx, { key, text: '拒绝', todo: '修', atMs: kit.clock.now() - 1 }))
  }
  const refusedCalls = createRefusedCalls({ ...kit, alerts })
  refusedCalls.onCall({ path, errcode: 0 })
  await refusedCalls.tell()
  expect((await kit.db.tx((tx) => alerts.queries.open(tx))).map(({ key }) => key).sort()).toEqual(left)
})

it("gettoken's yes does not close what this process was refused elsewhere", async () => {
  const alerts = createAlerts(kit)
  const refusedCalls = createRefusedCalls({ ...kit, alerts })
  const open = async () => {
    await refusedCalls.tell()
    return (await kit.db.tx((tx) => alerts.queries.open(tx))).map(({ key }) => key)
  }
  for (const path of ['/cgi-bin/user/get', '/cgi-bin/gettoken']) refusedCalls.onCall({ path, errcode: 60020 })
  kit.clock.advance(MINUTE_MS)
  expect(await open()).toEqual(['platform.refused:60020'])
  refusedCalls.onCall({ path: '/cgi-bin/gettoken', errcode: 0 })
  kit.clock.advance(5 * MINUTE_MS)
  expect(await open()).toEqual(['platform.refused:60020'])
  refusedCalls.onCall({ path: '/cgi-bin/media/upload', errcode: 0 })
  expect(await open()).toEqual([])
})
