import { afterEach, expect, it } from 'vitest'
import { actionsProgram } from '../../cli/actions.ts'
import { alertsProgram } from '../../cli/alerts.ts'
import { raw } from '../../core/db/sql.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'

let t: TestApp
afterEach(() => t.close())

const open = () => t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))
const told = () => t.sandbox.calls('message/send').filter(({ body }) => JSON.stringify(body).includes('已经放弃'))
const GET = 'externalcontact/get'
/** The reading of a customer's details, tried as often as is allowed. */
async function giveUp(): Promise<void> {
  await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  await t.db.tx((tx) =>
    tx.run(raw(`UPDATE action SET attempts = 11, due_at = 0 WHERE state = 'waiting' AND kind = 'customer.refresh'`)),
  )
  for (let n = 0; n < 3; n++) await t.advance(1_000)
}

it('what was given up is one alert for each kind, told once, and closed when it was made up for', async () => {
  t = await buildTestApp({ env: { ALERT_USERIDS: 'lisi' } })
  t.sandbox.faults.set({ path: GET, http: 500 })
  await giveUp()
  await giveUp()
  await t.advance(MINUTE_MS)
  const dead = (await open()).filter(({ key }) => key.startsWith('actions.dead'))
  expect(dead).toMatchObject([
    {
      key: 'actions.dead:customer.refresh',
      text: expect.stringContaining('有 2 个动作反复失败'),
      todo: expect.stringContaining('actions -- retry customer.refresh'),
    },
  ])
  // Each message of a member has its own turn.
  await t.advance(10_000)
  expect(told()).toHaveLength(1)
  await t.advance(MINUTE_MS)
  expect(told()).toHaveLength(1)

  t.sandbox.faults.clear()
  await runCommand(actionsProgram, ['retry', 'customer.refresh'], t)
  await t.advance(MINUTE_MS)
  await t.advance(MINUTE_MS)
  expect((await open()).filter(({ key }) => key.startsWith('actions.dead'))).toEqual([])
})

it('one that was struck off comes back when one more is given up, and not before', async () => {
  t = await buildTestApp()
  t.sandbox.faults.set({ path: GET, http: 500 })
  await giveUp()
  await t.advance(MINUTE_MS)
  const isListed = async () => (await open()).some(({ key }) => key === 'actions.dead:customer.refresh')
  expect(await isListed()).toBe(true)
  await runCommand(alertsProgram, ['done', 'actions.dead:customer.refresh'], t)
  await t.advance(2 * MINUTE_MS)
  expect(await isListed()).toBe(false)
  await giveUp()
  await t.advance(MINUTE_MS)
  expect(await isListed()).toBe(true)
})

it('an event that no handler could take in is an alert as well, of its own kind', async () => {
  t = await buildTestApp()
  await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  await t.db.tx((tx) => tx.run(raw(`UPDATE inbound_event SET state = 'dead' WHERE kind = 'customer.added'`)))
  await t.advance(MINUTE_MS)
  expect(await open()).toMatchObject([
    { key: 'events.dead:customer.added', text: expect.stringContaining('有 1 个事件反复失败') },
  ])
})
