import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isFromHuoshui } from '../../../docs/receive-webhook.mjs'
import { actionsProgram } from '../../cli/actions.ts'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'
import { openReceiver } from './testing/receiver.ts'

const KEY = 'a-key-that-the-crm-knows'
const OLD_KEY = 'the-key-of-the-last-year'
let receiver: Awaited<ReturnType<typeof openReceiver>>
let t: TestApp
beforeEach(async () => {
  receiver = await openReceiver()
})
afterEach(async () => {
  await t.close()
  await receiver.close()
})

const begin = async (
  events: string,
  { secrets = `crm=${KEY}`, allowPrivate = 'yes', url = receiver.url, hosts = '', fields = '' } = {},
) => {
  t = await buildTestApp({
    config: {
      'channels/c.yaml': 'channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\ntags: [来源/包裹卡]\n',
      'tags.yaml': 'tags:\n  - { group: 来源, names: [包裹卡] }\n',
      'welcomes/w.yaml': 'welcome: 通用\ndefault: true\ntext: 欢迎\n',
      'webhooks/crm.yaml': `webhook: crm\nurl: ${url}\nevents: ${events}\n${fields}`,
    },
    env: { WEBHOOK_SECRETS: secrets, WEBHOOK_PRIVATE: allowPrivate, WEBHOOK_HOSTS: hosts },
  })
}
const scan = () => t.sandbox.scan({ userId: 'zhangsan', state: 'parcel-card', externalUserId: 'wmA', name: '王芳' })
const dead = () => runCommand(actionsProgram, ['dead'], t)

test('another system is told of what happened and of what was decided, each once, signed, however often WeCom tells us', async () => {
  await begin("['customer.*', 'decision.welcome.*', 'tag.added']")
  await scan()
  await t.settle()
  t.sandbox.redeliver()
  await t.settle()
  const told = receiver.events()
  expect(told.map(({ event }) => event).sort()).toEqual(['customer.added', 'decision.welcome.ended', 'tag.added'])
  const added = told.find(({ event }) => event === 'customer.added')
  expect(added).toMatchObject({
    occurredAt: '2026-11-22T09:00:00+08:00',
    corpId: t.sandbox.credentials.corpId,
    data: { externalUserId: 'wmA', userId: 'zhangsan', channel: '包裹卡', again: false },
  })
  expect(JSON.stringify(told)).not.toContain('elcomeCode')
  for (const { headers, body } of receiver.received) {
    const nowMs = t.clock.now()
    expect(isFromHuoshui({ headers, body, keys: ['another-key-entirely', KEY], nowMs })).toBe(true)
    expect(isFromHuoshui({ headers, body: `${body} `, keys: [KEY], nowMs })).toBe(false)
    expect(isFromHuoshui({ headers, body, keys: [KEY], nowMs: nowMs + 6 * MINUTE_MS })).toBe(false)
    const hmac = createHmac('sha256', KEY).update(`${headers['x-huoshui-timestamp']}.${body}`).digest('hex')
    expect(headers['x-huoshui-signature']).toBe(`sha256=${hmac}`)
    expect(headers['x-huoshui-id']).toBe((JSON.parse(body) as { id: string }).id)
  }
})

test('a receiver that is to know less gets the fields that its rule names, and no more are kept for it', async () => {
  await begin('[customer.added]', { fields: 'fields: [channel, addedAtMs]\n' })
  await scan()
  await t.settle()
  const data = { externalUserId: 'wmA', channel: '包裹卡', addedAtMs: t.clock.now() }
  expect(receiver.events().map((told) => told.data)).toEqual([data])
  const [kept] = await t.rawRows<{ payload: string }>("SELECT payload FROM action WHERE kind = 'webhook.deliver'")
  expect(JSON.parse(kept?.payload ?? '{}')).toMatchObject({ data })
  expect(kept?.payload).not.toContain('zhangsan')
})

test('where a rule names no fields nothing personal is sent or kept, the receiver hears what is missing, and so do we until the rule says', async () => {
  await begin("['customer.added', 'decision.welcome.*']")
  await scan()
  await t.settle()
  await t.advance(MINUTE_MS)
  const data = { externalUserId: 'wmA', userId: 'zhangsan' }
  const ended = () => receiver.events().filter(({ event }) => event === 'decision.welcome.ended')
  expect(ended()).toEqual([expect.objectContaining({ data, withheld: ['text', 'reason'] })])
  const added = receiver.events().find(({ event }) => event === 'customer.added')
  expect(added).toMatchObject({ data: { ...data, channel: '包裹卡', again: false } })
  expect(added).not.toHaveProperty('withheld')
  const kept = await t.rawRows<{ payload: string }>("SELECT payload FROM action WHERE kind = 'webhook.deliver'")
  expect(kept).toHaveLength(2)
  expect(kept.filter(({ payload }) => payload.includes('"reason":'))).toEqual([])
  const told = async () => (await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))).map(({ text }) => text)
  expect(await told()).toEqual(['事件转发没有写 fields，个人信息不再转发：「crm」的 text、reason'])

  const rule = `webhook: crm\nurl: ${receiver.url}\nevents: ['decision.welcome.*']\nfields: [text]\n`
  t.writeConfig({ 'webhooks/crm.yaml': rule })
  await t.huoshui.rules.check()
  await t.advance(HOUR_MS)
  expect(await told()).toEqual([])
  receiver.received.length = 0
  await t.sandbox.scan({ userId: 'zhangsan', state: 'parcel-card', externalUserId: 'wmB', name: '李雷' })
  await t.settle()
  expect(ended()).toEqual([expect.objectContaining({ data: { externalUserId: 'wmB', text: expect.any(String) } })])
})

test('while a key is being replaced each message carries both signatures', async () => {
  await begin('[customer.added]', { secrets: `crm=${KEY},${OLD_KEY}` })
  await scan()
  await t.settle()
  const [{ headers, body } = { headers: {}, body: '' }] = receiver.received
  const signatures = String(headers['x-huoshui-signature']).split(',')
  const expected = [KEY, OLD_KEY].map(
    (key) => `sha256=${createHmac('sha256', key).update(`${headers['x-huoshui-timestamp']}.${body}`).digest('hex')}`,
  )
  expect(signatures).toEqual(expected)
})

test('a receiver that is down gets it later under the same id; the welcome did not wait, and somebody is told', async () => {
  await begin("['*']", { fields: 'fields: []\n' })
  receiver.answerWith({ status: 503 })
  await scan()
  await t.settle()
  expect(t.sandbox.calls('send_welcome_msg')).toHaveLength(1)
  for (let minute = 0; minute < 30; minute++) await t.advance(MINUTE_MS)
  const alerts = await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))
  expect(alerts.map(({ text }) => text)).toContain('事件转发「crm」连续失败：对方回答 HTTP 503')

  const before = receiver.events()
  receiver.received.length = 0
  receiver.answerWith({ status: 204 })
  for (let hour = 0; hour < 6; hour++) await t.advance(HOUR_MS)
  const after = receiver.events()
  expect(new Set(after.map(({ id }) => id))).toEqual(
    new Set([...before.map(({ id }) => id), ...after.map(({ id }) => id)]),
  )
  expect(after.length).toBe(new Set(after.map(({ id }) => id)).size)
  expect((await dead()).code).toBe(0)
  expect(
    (await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))).filter(({ key }) => key.startsWith('webhook')),
  ).toEqual([])
})

test('a receiver that says no for good is not asked again: a dead letter, sent once more by hand', async () => {
  await begin('[customer.added]')
  receiver.answerWith({ status: 400 })
  await scan()
  await t.settle()
  await t.advance(HOUR_MS)
  expect(receiver.received).toHaveLength(1)
  expect((await dead()).out).toContain('webhook.rejected: HTTP 400')

  receiver.answerWith({ status: 200 })
  expect((await runCommand(actionsProgram, ['retry', 'webhook.deliver'], t)).code).toBe(0)
  await t.advance(1_000)
  expect(receiver.received).toHaveLength(2)
  expect(receiver.events()[0]?.id).toBe(receiver.events()[1]?.id)
  expect((await dead()).code).toBe(0)
})

test('Retry-After is honoured, and a receiver that is away for more than a day leaves a dead letter', async () => {
  await begin('[customer.added]')
  receiver.answerWith({ status: 429, headers: { 'retry-after': '3600' } })
  await scan()
  await t.settle()
  await t.advance(59 * MINUTE_MS)
  expect(receiver.received).toHaveLength(1)
  await t.advance(2 * MINUTE_MS)
  expect(receiver.received).toHaveLength(2)

  receiver.answerWith({ status: 500 })
  let hours = 0
  while ((await dead()).code === 0 && hours < 72) {
    await t.advance(HOUR_MS)
    hours += 1
  }
  expect(hours).toBeGreaterThan(24)
  expect(hours).toBeLessThan(48)
})

test.each(['http://127.0.0.1:9/x', 'https://10.1.2.3/x', 'https://[::1]/x', 'https://localhost:9/x'])(
  '%s leads into the inner network and is not called',
  async (url) => {
    await begin('[customer.added]', { allowPrivate: 'no', url })
    await scan()
    await t.settle()
    expect((await dead()).out).toMatch(/webhook\.(not-https|inner-address)/)
  },
)

test.each([
  ['crm.example.com', 'webhook.other-host'],
  ['*.0.0.1', undefined],
  ['127.0.0.1', undefined],
])('where only %s may be posted to, the receiver at 127.0.0.1 ends as %s', async (hosts, code) => {
  await begin('[customer.added]', { hosts })
  await scan()
  await t.settle()
  expect(receiver.received).toHaveLength(code === undefined ? 1 : 0)
  if (code !== undefined) expect((await dead()).out).toContain(code)
})

test('a webhook without a key sends nothing', async () => {
  await begin('[customer.added]', { secrets: `erp=${KEY}` })
  await scan()
  await t.settle()
  expect(receiver.received).toEqual([])
  expect((await dead()).out).toContain('webhook.no-secret')
})
