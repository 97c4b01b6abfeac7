import { afterEach, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

let t: TestApp
afterEach(() => t.close())

const CONFIG = {
  'channels/卡.yaml': 'channel: 包裹卡\nstate: card\nguides: [zhangsan, lisi]\n',
  'channels/店.yaml': 'channel: 门店\nstate: shop\nguides: [zhangsan]\n',
  'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n',
}
const open = async () =>
  (await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))).filter(({ key }) => key.startsWith('receiver.silent'))
const told = () =>
  t.sandbox.calls('message/send').filter(({ body }) => JSON.stringify(body).includes('可能被企业微信限制'))
const scans = async (count: number, userId: string, state = 'card'): Promise<void> => {
  for (let n = 0; n < count; n++) {
    await t.sandbox.scan({ userId, state })
    await t.advance(4 * MINUTE_MS)
  }
}

it('a guide limited by WeCom is told with the codes, once, until a customer reaches them again', async () => {
  t = await buildTestApp({ config: CONFIG, env: { ALERT_USERIDS: 'boss' } })
  await t.sandbox.addStaff({ userId: 'boss', name: '老板' })
  await scans(2, 'lisi')
  t.sandbox.setStaffState({ userId: 'lisi', state: 'limited' })
  await expect(t.sandbox.scan({ userId: 'lisi', state: 'card' })).rejects.toThrow('被限制')
  await scans(9, 'zhangsan')
  await t.advance(10 * MINUTE_MS)
  expect(await open()).toEqual([])
  await scans(3, 'zhangsan')
  await t.advance(10 * MINUTE_MS)
  expect(await open()).toMatchObject([
    {
      key: 'receiver.silent:lisi',
      text: expect.stringMatching(/李四（lisi）可能被企业微信限制了：从 .* 起又有 12 位客户扫码.*渠道「包裹卡」的活码/),
      todo: expect.stringContaining('config/channels/'),
    },
  ])
  await t.advance(10 * MINUTE_MS)
  expect(told()).toHaveLength(1)

  t.sandbox.setStaffState({ userId: 'lisi' })
  await scans(1, 'lisi')
  await t.advance(10 * MINUTE_MS)
  expect(await open()).toEqual([])
})

it('whoever is taken out of the codes is none any more', async () => {
  t = await buildTestApp({ config: CONFIG })
  await scans(14, 'zhangsan')
  await t.advance(10 * MINUTE_MS)
  expect(await open()).toHaveLength(1)
  t.clock.advance(HOUR_MS)
  t.writeConfig({ 'channels/卡.yaml': 'channel: 包裹卡\nstate: card\nguides: [zhangsan]\n' })
  await t.huoshui.rules.check()
  await t.settle()
  await t.advance(10 * MINUTE_MS)
  expect(await open()).toEqual([])
})

it('an account that the directory says is disabled is told at once, with every code it stands in', async () => {
  t = await buildTestApp({ config: CONFIG })
  await t.db.tx((tx) => tx.run(raw(`UPDATE staff SET state = 'disabled' WHERE userid = 'zhangsan'`)))
  await t.advance(10 * MINUTE_MS)
  expect(await open()).toMatchObject([
    {
      key: 'receiver.silent:zhangsan',
      text: expect.stringMatching(/账号已被禁用，却在渠道「包裹卡」「门店」的活码里/),
    },
  ])
})
