import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { channelQueries } from '../records/channels/channel-queries.ts'
import { updateChannel } from '../records/channels/channel-store.ts'
import { CHANNEL } from '../records/channels/channel-tables.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { channelsText } from './channels.ts'

let t: TestApp | undefined
afterEach(() => t?.close())

it('gives the address of each printed code, and says so when there is none', async () => {
  expect(channelsText([])).toContain('还没有渠道码')
  t = await buildTestApp({
    config: {
      'channels/卡.yaml': 'channel: 包裹卡\nstate: card1\nguides: [zhangsan]\n',
      'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n',
    },
  })
  await t.advance(60_000)
  const text = channelsText(await t.db.tx((tx) => channelQueries.all(tx)))
  const way = t.sandbox.calls('add_contact_way')
  expect(way).toHaveLength(1)
  await t.db.tx((tx) => updateChannel(tx, CHANNEL.state, 'card1', { trouble: '渠道活码企业微信拒绝了' }))
  expect(channelsText(await t.db.tx((tx) => channelQueries.all(tx)))).toMatch(
    /二维码图片：http.+\n {2}没有改成规则里写的：渠道活码企业微信拒绝了$/,
  )
  expect(text).toMatch(/^包裹卡（state card1）\n {2}二维码图片：http.+\/_sandbox\/qr\//)
})

it('a channel whose file is gone is shown as such, and as living again when the file is back', async () => {
  const file = 'channel: 包裹卡\nguides: [zhangsan]\n'
  t = await buildTestApp({
    config: { 'channels/卡.yaml': file, 'channels/店.yaml': 'channel: 门店\nguides: [lisi]\n' },
  })
  const text = async () => channelsText((await t?.db.tx((tx) => channelQueries.all(tx))) ?? [])
  const save = async (path: string, content: string | undefined): Promise<void> => {
    if (content === undefined) rmSync(join(t?.configDir ?? '', path))
    else t?.writeConfig({ [path]: content })
    await t?.huoshui.rules.check()
    await t?.settle()
    await t?.advance(60_000)
  }
  expect(await text()).not.toContain('规则里已经没有')
  await save('channels/卡.yaml', undefined)
  expect(await text()).toMatch(/包裹卡（state \w+）\n {2}规则里已经没有这个渠道.*\n {2}印出去的码还能扫/)
  expect(await text()).toMatch(/门店（state \w+）\n {2}二维码图片/)
  const calls = t.sandbox.calls('update_contact_way').length
  await save('channels/卡.yaml', file)
  expect(await text()).not.toContain('规则里已经没有')
  expect(t.sandbox.calls('add_contact_way')).toHaveLength(2)
  expect(t.sandbox.calls('update_contact_way')).toHaveLength(calls)
})
