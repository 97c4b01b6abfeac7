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
