import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { afterEach, expect, it } from 'vitest'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

let t: TestApp
const closing: (() => void)[] = []
afterEach(async () => {
  await t.close()
  for (const close of closing.splice(0)) close()
})

/** A chat group's robot; answers with the codes in turn, then 200. */
async function openRobot(codes: number[] = [], answers: string[] = []): Promise<{ url: string; heard: string[] }> {
  const heard: string[] = []
  const server: Server = createServer(async (request, response) => {
    heard.push(await text(request))
    response.writeHead(codes.shift() ?? 200).end(answers.shift() ?? '{"errcode":0}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closing.push(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/robot?key=secret`, heard }
}

async function openMailbox(): Promise<{ url: string; mails: string[] }> {
  const mails: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      text(stream).then((mail) => {
        mails.push(mail)
        done()
      }, done)
    },
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closing.push(() => server.close())
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, mails }
}

const REFUSED = 'platform.refused:60020'
const raise = (key = REFUSED) =>
  t.db.tx((tx) => t.huoshui.alerts.raise(tx, { key, text: '企业微信拒绝', todo: '加可信 IP' }))
const resolve = (key = REFUSED) => t.db.tx((tx) => t.huoshui.alerts.resolve(tx, key))

it('an alert goes out by app, robot and mail, once for each opening, and by the others while WeCom refuses us', async () => {
  const [robot, mailbox] = [await openRobot(), await openMailbox()]
  t = await buildTestApp({
    env: {
      ...{ ALERT_USERIDS: 'zhangsan', ALERT_WEBHOOK: robot.url, WEBHOOK_PRIVATE: 'yes' },
      ...{ ALERT_SMTP: mailbox.url, ALERT_MAIL_TO: 'ops@example.com' },
    },
  })
  t.sandbox.faults.set({ path: 'message/send', errcode: 60020 })
  await raise()
  await raise()
  await t.settle()
  expect(robot.heard.map((body) => JSON.parse(body))).toMatchObject([
    {
      msgtype: 'text',
      text: { content: expect.stringMatching(/^【活水】企业微信拒绝（从 .* 起）\n下一步：加可信 IP$/) },
      msg_type: 'text',
      alert: { key: REFUSED },
    },
  ])
  expect(mailbox.mails).toHaveLength(1)
  expect(mailbox.mails[0]).toContain('To: ops@example.com')
  await resolve()
  await t.advance(MINUTE_MS)
  await raise()
  await t.settle()
  expect([robot.heard.length, mailbox.mails.length]).toEqual([2, 2])
  expect(t.logLines.join('')).not.toContain('key=secret')
})

it('a robot that is down is tried again; one that says no is a dead letter that can be seen', async () => {
  const robot = await openRobot([503, 503])
  t = await buildTestApp({ env: { ALERT_WEBHOOK: robot.url, WEBHOOK_PRIVATE: 'yes' } })
  await raise()
  await t.settle()
  for (let minute = 0; minute < 5; minute++) await t.advance(MINUTE_MS)
  expect(robot.heard).toHaveLength(3)
  await resolve()
  await t.advance(MINUTE_MS)
  const deaf = await openRobot([404])
  robot.heard.length = 0
  await t.close()
  t = await buildTestApp({ env: { ALERT_WEBHOOK: deaf.url, WEBHOOK_PRIVATE: 'yes' } })
  await raise()
  await t.settle()
  expect(await t.rawRows(`SELECT kind, state FROM action WHERE kind = 'alert.post'`)).toEqual([
    { kind: 'alert.post', state: 'dead' },
  ])
})

it.each(['{"errcode":93000,"errmsg":"invalid webhook url"}', '{"code":19024,"msg":"Key Words Not Found"}'])(
  'a robot that says no with a 200 is tried again: %s',
  async (no) => {
    const robot = await openRobot([], [no])
    t = await buildTestApp({ env: { ALERT_WEBHOOK: robot.url, WEBHOOK_PRIVATE: 'yes' } })
    await raise()
    await t.settle()
    expect(await t.rawRows(`SELECT state FROM action WHERE kind = 'alert.post'`)).toEqual([{ state: 'waiting' }])
    await t.advance(MINUTE_MS)
    expect(await t.rawRows(`SELECT state FROM action WHERE kind = 'alert.post'`)).toEqual([{ state: 'done' }])
    expect(robot.heard).toHaveLength(2)
  },
)

// No call of ours tells that it is over.
const DOWN = 'webhook.down:crm'

it('a way that does not work is told by the others, once, and is over when the next alert goes out by it', async () => {
  const robot = await openRobot(Array(3).fill(503))
  t = await buildTestApp({ env: { ALERT_USERIDS: 'zhangsan', ALERT_WEBHOOK: robot.url, WEBHOOK_PRIVATE: 'yes' } })
  const told = () =>
    t.sandbox.calls('message/send').filter(({ body }) => JSON.stringify(body).includes('告警发不出去')).length
  const open = async () => (await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))).map(({ key }) => key)
  await raise(DOWN)
  await t.settle()
  expect(await open()).toEqual([DOWN])
  for (const _again of [1, 2]) await t.advance(30_000)
  expect(await open()).toEqual([DOWN, 'alerts.way:robot'])
  await t.settle()
  expect(told()).toBe(1)
  for (let minute = 0; minute < 3; minute++) await t.advance(MINUTE_MS)
  expect(await open()).toEqual([DOWN])
  // Not even afterwards does it tell of itself.
  expect(robot.heard.filter((body) => body.includes('告警发不出去'))).toEqual([])
  expect(told()).toBe(1)
})

it('a robot that will not take it ever is told at once, by the mail', async () => {
  const [robot, mailbox] = [await openRobot([404]), await openMailbox()]
  const mail = { ALERT_SMTP: mailbox.url, ALERT_MAIL_TO: 'ops@example.com' }
  t = await buildTestApp({ env: { ...mail, ALERT_WEBHOOK: robot.url, WEBHOOK_PRIVATE: 'yes' } })
  await raise(DOWN)
  await t.settle()
  expect(mailbox.mails).toHaveLength(2)
  await t.advance(MINUTE_MS)
  expect(mailbox.mails).toHaveLength(2)
})

it('alerts that the members of ALERT_USERIDS cannot get are told by the robot, with whom, until one gets through', async () => {
  const robot = await openRobot()
  t = await buildTestApp({ env: { ALERT_USERIDS: 'chief', ALERT_WEBHOOK: robot.url, WEBHOOK_PRIVATE: 'yes' } })
  const open = async () => (await t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))).map(({ key }) => key)
  await raise(DOWN)
  await t.settle()
  expect(robot.heard.filter((body) => body.includes('chief（chief）不在应用的可见范围里'))).toHaveLength(1)
  expect(await open()).toContain('staff.unreachable:chief')
  t.sandbox.addStaff({ userId: 'chief', name: '老板' })
  await resolve(DOWN)
  await t.advance(MINUTE_MS)
  await raise(DOWN)
  await t.settle()
  expect(await open()).toEqual([DOWN])
  expect(robot.heard).toHaveLength(3)
})
