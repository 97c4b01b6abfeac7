import { afterEach, expect, it } from 'vitest'
import { alertsProgram } from '../../cli/alerts.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'

let t: TestApp
afterEach(() => t.close())

it('who comes by an acquisition link gets the channel of its parameter; a dead link is told to ops', async () => {
  t = await buildTestApp({
    config: {
      'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 您好\n---\nwelcome: 投放欢迎语\ntext: 您从广告来\n',
      'channels/c.yaml': 'channel: 朋友圈广告\nstate: ads12\nguides: [zhangsan]\nwelcome: 投放欢迎语\n',
    },
  })
  await t.advance(MINUTE_MS)
  const { link } = await t.huoshui.wecom.acquisition.create({ link_name: '广告', range: { user_list: ['lisi'] } })
  const linkId = link.link_id
  const { externalUserId } = await t.sandbox.addByLink({ linkId, customerChannel: 'ads12' })
  await t.settle()
  await t.sandbox.say({ userId: 'lisi', externalUserId, text: '在吗' })
  await t.settle()
  t.sandbox.redeliver()
  await t.settle()
  expect(await t.rawRows('SELECT first_channel, first_userid FROM customer')).toEqual([
    { first_channel: '朋友圈广告', first_userid: 'lisi' },
  ])
  expect(t.sandbox.messagesOf(externalUserId).some((message) => message.text === '您从广告来')).toBe(true)
  expect(await t.timelineOf(externalUserId, 'customer.started-chat')).toEqual([
    '通过获客链接添加后，客户发来了第一条消息',
  ])
  expect(
    await t.rawRows(
      `SELECT DISTINCT state FROM inbound_event WHERE kind = 'wecom.customer_acquisition.friend_request'`,
    ),
  ).toEqual([{ state: 'kept' }])

  await t.sandbox.removeStaff({ userId: 'lisi' })
  await t.settle()
  const { out } = await runCommand(alertsProgram, [], t)
  expect(out).toContain(`获客链接 ${linkId} 不可用`)
})
