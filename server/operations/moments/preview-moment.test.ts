import { afterEach, beforeEach, expect, test } from 'vitest'
import { momentsProgram } from '../../cli/moments.ts'
import { sql } from '../../core/db/sql.ts'
import { touches } from '../../records/touches/touches.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'

/* Who has been contacted as often as policy.yaml allows is told of before, by days as people count them. */

let t: TestApp
beforeEach(async () => {
  const moment = 'moment: 上新\ncontent: { text: 新到西冷 }\nat: "2026-12-24 10:00"\n'
  const config = {
    'welcomes/default.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n',
    'policy.yaml': 'contactsPerCustomer: { days: 3, most: 1 }\n',
    'moments/m.yaml': moment,
  }
  t = await buildTestApp({ now: '2026-11-20T09:00:00+08:00', config })
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wmA', name: 'wmA' })
  await t.settle()
})
afterEach(() => t.close())

test.each([
  // Of three days the third begins at midnight, whatever time it is now.
  ['2026-11-25T08:00', '2026-11-23T00:00:00.000', true],
  ['2026-11-25T08:00', '2026-11-22T23:59:59.999', false],
  // Less than 72 hours ago, and another day all the same.
  ['2026-11-25T00:00', '2026-11-22T12:00:00.000', false],
  ['2026-11-25T23:59', '2026-11-23T00:00:00.000', true],
  // In UTC it is the 24th still.
  ['2026-11-25T07:59', '2026-11-22T08:30:00.000', false],
  ['2026-11-25T08:00', '2026-11-25T07:59:59.999', true],
])('at %s of Shanghai a contact at %s is among those of three days: %s', async (now, contacted, isFull) => {
  await t.db.tx(async (tx) => {
    await tx.run(sql`DELETE FROM touch`)
    const atMs = Date.parse(`${contacted}+08:00`)
    const one = { externalUserId: 'wmA', userId: 'zhangsan', kind: 'send', about: '群发', atMs } as const
    await touches.add(tx, [{ ...one, key: 'one' }])
  })
  t.clock.set(Date.parse(`${now}:00+08:00`))
  const { out, code } = await runCommand(momentsProgram, ['preview', '上新', '--json'], t)
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ reach: 1, overCeiling: isFull ? 1 : 0 })
})
