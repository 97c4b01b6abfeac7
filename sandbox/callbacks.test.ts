import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from './open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const scan = () => t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1', state: 'expo' })

it('sends what the platform sends, signed and for our corp', async () => {
  const { welcomeCode } = await scan()
  await t.sandbox.settle()
  expect(t.received).toHaveLength(1)
  expect(t.received[0]).toMatchObject({ isSigned: true, receiveId: 'wwsandbox0huoshui0001' })
  expect(t.received[0]?.query.timestamp).toBe('1740790800')
  expect(t.received[0]?.xml).toBe(
    '<xml><ToUserName><![CDATA[wwsandbox0huoshui0001]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>' +
      '<CreateTime>1740790800</CreateTime><MsgType><![CDATA[event]]></MsgType>' +
      '<Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[add_external_contact]]></ChangeType>' +
      '<UserID><![CDATA[zhangsan]]></UserID><ExternalUserID><![CDATA[wm1]]></ExternalUserID>' +
      `<State><![CDATA[expo]]></State><WelcomeCode><![CDATA[${welcomeCode}]]></WelcomeCode></xml>`,
  )
})

it('tries again until 200, the same text each time', async () => {
  t.answerWith(500, 503)
  await scan()
  await t.sandbox.settle()
  expect(t.received).toHaveLength(3)
  expect(new Set(t.received.map((callback) => callback.xml)).size).toBe(1)
  expect(t.sandbox.callbackLog()).toMatchObject([{ tries: 3, delivered: true }])
})

it('gives up after three tries', async () => {
  t.answerWith(500, 500, 500)
  await scan()
  await t.sandbox.settle()
  expect(t.sandbox.callbackLog()).toMatchObject([{ tries: 3, delivered: false }])
  expect(t.received).toHaveLength(3)
})

it('delivers copies, shuffled, when told to', async () => {
  t.sandbox.setDelivery({ copies: 3, shuffle: true })
  for (let i = 0; i < 20; i++) await t.sandbox.scan({ userId: 'lisi', externalUserId: `wm${i}` })
  await t.sandbox.settle()
  expect(t.received).toHaveLength(60)
  const order = t.received.map((callback) => /wm\d+/.exec(callback.xml)?.[0])
  expect(order).not.toEqual(order.toSorted())
  expect(new Set(order).size).toBe(20)
})

it('delivers a logged callback again', async () => {
  await scan()
  await t.sandbox.settle()
  expect(t.sandbox.redeliver((delivery) => delivery.key.includes('wm1'))).toBe(1)
  await t.sandbox.settle()
  expect(t.received).toHaveLength(2)
})

it('loses the callback quietly while nothing is connected or listening', async () => {
  t.sandbox.connect('http://127.0.0.1:1')
  await scan()
  await t.sandbox.settle()
  expect(t.sandbox.callbackLog()).toMatchObject([{ tries: 3, delivered: false }])
})
