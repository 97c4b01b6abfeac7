import { afterEach, expect, it } from 'vitest'
import { channelQueries } from '../records/channels/channel-queries.ts'
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
  expect(text).toMatch(/^包裹卡（state card1）\n {2}二维码图片：http.+\/_sandbox\/qr\//)
})
