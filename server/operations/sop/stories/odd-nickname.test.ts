import { afterEach, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/kernel/shanghai.ts'
import { config, openSopScene, type SopScene } from '../testing/sop-scene.ts'

let t: SopScene
afterEach(() => t.close())

const NAME = '<a href="http://t.cn/x">领奖</a>\u202e乙'

it('a nickname that is a link is text in whatever goes out: app message, remark, the notices of a to-do', async () => {
  t = await openSopScene({
    config: {
      ...config,
      'sop/first.yaml': `
sop: names
name: 叫名字
trigger: order.paid
steps:
  - remark: "{客户昵称}"
  - appMessage: { to: [lisi], text: "{客户昵称}付款了" }
  - task: { for: guide, script: first-order, due: 1h, escalate: { after: 10m, to: [lisi] } }
`,
    },
  })
  const id = await t.scan({ state: 'store-code', name: NAME })
  await t.pay(id)
  await t.advance(10 * SECOND_MS)
  for (let n = 0; n < 3; n++) await t.advance(HOUR_MS)
  await t.advance(MINUTE_MS)
  const named = ['message/send', 'externalcontact/remark'].map((path) => ({
    path,
    bodies: t.sandbox
      .calls(path)
      .map(({ body }) => JSON.stringify(body))
      .filter((body) => /领奖|[<＜]a href/.test(body)),
  }))
  expect(named.map(({ path, bodies }) => [path, bodies.length])).toEqual([
    ['message/send', 3],
    ['externalcontact/remark', 1],
  ])
  for (const { path, bodies } of named) {
    for (const body of bodies) expect([path, body]).toEqual([path, expect.not.stringMatching(/<a|:\/\/t\.cn|\u202e/)])
  }
})
