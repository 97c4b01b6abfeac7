import { afterEach, describe, expect, it } from 'vitest'
import { createSandbox } from '../../../sandbox/sandbox.ts'
import { set, sql } from '../../core/db/sql.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import { INBOUND_EVENT } from '../../engine/inbox/event-tables.ts'
import { TIMELINE } from '../../records/timeline/timeline-tables.ts'
import { buildTestApp, type TestApp, type TestAppOptions } from '../../testing/build-test-app.ts'
import { tell } from './testing/tell.ts'
import { WELCOME } from './welcome-tables.ts'

const SEND = 'externalcontact/send_welcome_msg'
/** The first bytes that make a file a PNG, and a few more. */
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const config = {
  'channels/c.yaml': `
channel: 包裹卡
state: parcel-card
guides: [zhangsan]
welcome: 包裹卡欢迎语
---
channel: 门店物料
state: store-code
guides: [lisi]
`,
  'welcomes/w.yaml': `
welcome: 包裹卡欢迎语
text: "{客户昵称}，包裹收到了吗？我是{导购名}。"
attachments:
  - image: welcome/coupon.png
hours:
  - between: "22:00-09:00"
    text: 夜里好，明早回复您。
---
welcome: 默认欢迎语
default: true
text: 您好，欢迎来到牧野。
`,
  'assets/welcome/coupon.png': PNG,
}

let t: TestApp
const open = async (options: TestAppOptions = {}): Promise<void> => {
  t = await buildTestApp({ config, ...options })
  await t.advance(10 * SECOND_MS)
}
afterEach(() => t.close())

const welcomes = () =>
  t.rawRows<{ state: string; rule: string | null; reason: string }>(
    'SELECT state, rule, reason FROM welcome ORDER BY id',
  )
const heard = (externalUserId: string): (string | undefined)[] =>
  t.sandbox
    .messagesOf(externalUserId)
    .filter((message) => message.via === 'welcome')
    .map((message) => message.text ?? message.kind)
async function scan(input: Parameters<TestApp['sandbox']['scan']>[0]): Promise<string> {
  const { externalUserId } = await t.sandbox.scan(input)
  await t.settle()
  return externalUserId
}
/** Everything that ever came in, handled once more from the beginning. */
async function again(): Promise<void> {
  t.sandbox.redeliver()
  await t.sandbox.settle()
  await t.db.tx((tx) =>
    tx.run(sql`UPDATE ${INBOUND_EVENT} SET ${set(INBOUND_EVENT, { state: 'new', done_subscriptions: null })}`),
  )
  await t.settle()
}

describe('which welcome', () => {
  it('is the channel’s, with names and the prepared picture', async () => {
    await open()
    const id = await scan({ state: 'parcel-card', name: '小满' })
    expect(heard(id)).toEqual(['包裹收到了吗？我是张三。', 'image'])
    const [image] = t.sandbox.messagesOf(id).filter((message) => message.kind === 'image')
    expect(image?.attachment?.image).toEqual({ pic_url: expect.stringMatching(/^http/) })
    expect(await t.timelineOf(id, 'welcome.ended')).toEqual(['已发送欢迎语「包裹卡欢迎语」，用时 0.0 秒'])
    const [outcome] = await t.db.tx((tx) => t.huoshui.welcome.queries.ofCustomer(tx, id))
    expect(outcome).toMatchObject({
      state: 'sent',
      rule: '包裹卡欢迎语',
      userId: 'zhangsan',
      leftOut: [],
      latencyMs: 0,
    })
  })

  it('differs by the hour in Shanghai', async () => {
    await open({ now: '2026-11-22T22:30:00+08:00' })
    expect(heard(await scan({ state: 'parcel-card' }))).toEqual(['夜里好，明早回复您。'])
    await t.advance(11 * HOUR_MS)
    expect(heard(await scan({ state: 'parcel-card' }))).toEqual(['包裹收到了吗？我是张三。', 'image'])
  })

  it('is the default for a channel without one, an unknown state and none at all', async () => {
    await open()
    for (const input of [{ state: 'store-code' }, { state: '别人的码', userId: 'lisi' }, { userId: 'lisi' }]) {
      expect(heard(await scan(input))).toEqual(['您好，欢迎来到牧野。'])
    }
    expect((await welcomes()).map((row) => row.reason)).toEqual([
      '渠道「门店物料」没有自己的欢迎语，用默认欢迎语「默认欢迎语」',
      '来源渠道未知，用默认欢迎语「默认欢迎语」',
      '来源渠道未知，用默认欢迎语「默认欢迎语」',
    ])
  })

  it('goes without a picture that WeCom has not taken yet, and says so', async () => {
    const clock = createSettableClock('2026-11-22T09:00:00+08:00')
    const sandbox = createSandbox({ clock })
    await sandbox.listen()
    sandbox.faults.set({ path: 'media/uploadimg', errcode: 40009, times: 1 })
    await open({ platform: { sandbox, clock } })
    const id = await scan({ state: 'parcel-card' })
    expect(heard(id)).toEqual(['包裹收到了吗？我是张三。'])
    expect(await t.timelineOf(id, 'welcome.ended')).toEqual([
      '已发送欢迎语「包裹卡欢迎语」，用时 0.0 秒；没有带上还未准备好的图片 welcome/coupon.png',
    ])
    const [outcome] = await t.db.tx((tx) => t.huoshui.welcome.queries.ofCustomer(tx, id))
    expect(outcome?.leftOut).toEqual(['图片 welcome/coupon.png'])
    await t.advance(MINUTE_MS)
    expect(heard(await scan({ state: 'parcel-card' }))).toEqual(['包裹收到了吗？我是张三。', 'image'])
    await sandbox.close()
  })

  it('knows the name of a customer who comes back', async () => {
    await open()
    const id = await scan({ state: 'parcel-card', name: '小满' })
    await t.advance(DAY_MS)
    await t.sandbox.deleteGuide({ externalUserId: id, userId: 'zhangsan' })
    await t.advance(HOUR_MS)
    await scan({ state: 'parcel-card', externalUserId: id })
    expect(heard(id)).toEqual(['包裹收到了吗？我是张三。', 'image', '小满，包裹收到了吗？我是张三。', 'image'])
  })
})

describe('one welcome per friendship', () => {
  it('however often its events come', async () => {
    await open()
    t.sandbox.setDelivery({ copies: 4, shuffle: true })
    const id = await scan({ state: 'parcel-card' })
    await again()
    expect(t.sandbox.calls(SEND)).toHaveLength(1)
    expect(heard(id)).toHaveLength(2)
    expect(await t.timelineOf(id, 'welcome.ended')).toHaveLength(1)
  })

  it('for fifty who scan in one second, each callback four times', async () => {
    await open()
    t.sandbox.setDelivery({ copies: 4, shuffle: true })
    const ids = await Promise.all(Array.from({ length: 50 }, () => t.sandbox.scan({ state: 'store-code' })))
    await t.settle()
    expect(t.sandbox.calls(SEND)).toHaveLength(50)
    for (const { externalUserId } of ids) expect(heard(externalUserId)).toEqual(['您好，欢迎来到牧野。'])
  })

  it('for a half add, the add that follows and an archiving consent, each with its code', async () => {
    await open()
    const pair = [
      ['UserID', 'zhangsan'],
      ['ExternalUserID', 'wmHalf'],
    ] as const
    for (const code of ['half', 'full', 'consent']) {
      t.sandbox.world.welcomeCodes.set(code, {
        code,
        userId: 'zhangsan',
        externalUserId: 'wmHalf',
        expiresAtMs: t.clock.now() + HOUR_MS,
        used: false,
      })
    }
    await tell(t, 'add_half_external_contact', [...pair, ['State', 'parcel-card'], ['WelcomeCode', 'half']])
    await t.advance(5 * SECOND_MS)
    await tell(t, 'add_external_contact', [...pair, ['State', 'parcel-card'], ['WelcomeCode', 'full']])
    await t.advance(5 * SECOND_MS)
    await tell(t, 'msg_audit_approved', [...pair, ['WelcomeCode', 'consent']])
    await again()
    expect(t.sandbox.calls(SEND).map((call) => (call.body as { welcome_code: string }).welcome_code)).toEqual(['half'])
    expect((await welcomes()).map((row) => row.state)).toEqual(['sent'])
  })

  it('by a later code when the first came to nothing', async () => {
    await open()
    t.sandbox.faults.set({ path: SEND, errcode: 41053, times: 1 })
    const { externalUserId: id } = await t.sandbox.scan({ state: 'parcel-card' })
    await t.settle()
    expect((await welcomes()).map((row) => row.reason)).toEqual(['企业微信拒绝（41053 客户未同意聊天存档）'])
    await t.advance(MINUTE_MS)
    t.sandbox.world.welcomeCodes.set('consent', {
      code: 'consent',
      userId: 'zhangsan',
      externalUserId: id,
      expiresAtMs: t.clock.now() + 20 * SECOND_MS,
      used: false,
    })
    await tell(t, 'msg_audit_approved', [
      ['UserID', 'zhangsan'],
      ['ExternalUserID', id],
      ['WelcomeCode', 'consent'],
    ])
    expect(heard(id)).toEqual([expect.stringContaining('包裹收到了吗？我是张三。'), 'image'])
    expect((await t.timelineOf(id, 'welcome.ended')).map((text) => text.slice(0, 5))).toEqual([
      '未发送欢迎',
      '已发送欢迎',
    ])
  })
})

describe('why there was none', () => {
  it('another app is sending: tried again each second until it goes through', async () => {
    await open()
    t.sandbox.faults.set({ path: SEND, errcode: 41096, times: 2 })
    const id = await scan({ state: 'parcel-card' })
    expect(heard(id)).toEqual([])
    await t.advance(SECOND_MS)
    await t.advance(SECOND_MS)
    expect(heard(id)).toHaveLength(2)
    expect(await t.timelineOf(id, 'welcome.ended')).toEqual(['已发送欢迎语「包裹卡欢迎语」，用时 2.0 秒'])
  })

  it('another app goes on sending for 20 seconds: late', async () => {
    await open()
    t.sandbox.faults.set({ path: SEND, errcode: 41096 })
    const id = await scan({ state: 'parcel-card' })
    for (let second = 0; second < 25; second++) await t.advance(SECOND_MS)
    expect(t.sandbox.calls(SEND)).toHaveLength(20)
    expect(await welcomes()).toMatchObject([{ state: 'late', reason: '超过 20 秒没能发出，其他应用一直在发送' }])
    expect(await t.timelineOf(id, 'welcome.ended')).toEqual(['未发送欢迎语：超过 20 秒没能发出，其他应用一直在发送'])
  })

  it('another app was first: final', async () => {
    await open()
    t.sandbox.faults.set({ path: SEND, errcode: 41051 })
    const id = await scan({ state: 'parcel-card' })
    await t.advance(5 * SECOND_MS)
    await again()
    expect(t.sandbox.calls(SEND)).toHaveLength(1)
    expect(await welcomes()).toMatchObject([{ state: 'taken', rule: '包裹卡欢迎语' }])
    expect(await t.timelineOf(id, 'welcome.ended')).toEqual(['未发送欢迎语：其他应用已先发送，或双方已经开始聊天'])
  })

  it('WeCom gave no answer until the code was dead: perhaps sent, and never tried with another', async () => {
    await open()
    t.sandbox.faults.set({ path: SEND, http: 502 })
    const id = await scan({ state: 'parcel-card' })
    t.sandbox.faults.clear()
    await t.advance(21 * SECOND_MS)
    expect(heard(id)).toEqual([])
    expect(await welcomes()).toMatchObject([
      { state: 'sent-or-taken', reason: '发送途中连接中断，20 秒内没有得到企业微信的答复，可能已发出' },
    ])
  })

  it('JSON without an errcode is no yes: tried again inside the 20 seconds', async () => {
    await open()
    t.sandbox.faults.set({ path: SEND, noErrcode: true, times: 1 })
    const id = await scan({ state: 'parcel-card' })
    expect(heard(id)).toEqual([])
    await t.advance(SECOND_MS)
    expect(heard(id)).toHaveLength(2)
    expect(await welcomes()).toMatchObject([{ state: 'sent' }])
  })

  it('JSON without an errcode until the code was dead: perhaps sent', async () => {
    await open()
    t.sandbox.faults.set({ path: SEND, noErrcode: true })
    await scan({ state: 'parcel-card' })
    await t.advance(21 * SECOND_MS)
    expect(await welcomes()).toMatchObject([{ state: 'sent-or-taken' }])
  })

  it('the event itself came late', async () => {
    await open()
    t.sandbox.connect('http://127.0.0.1:9')
    const { externalUserId: id } = await t.sandbox.scan({ state: 'parcel-card' })
    await t.sandbox.settle()
    t.sandbox.connect(t.url)
    await t.advance(21 * SECOND_MS)
    t.sandbox.redeliver()
    await t.settle()
    expect(t.sandbox.calls(SEND)).toHaveLength(0)
    expect(await t.timelineOf(id, 'welcome.ended')).toEqual(['未发送欢迎语：超过 20 秒没能发出'])
  })

  it('no code came with the event', async () => {
    await open()
    const id = await scan({ state: 'parcel-card', withoutWelcomeCode: true })
    await again()
    expect(t.sandbox.calls(SEND)).toHaveLength(0)
    expect(await welcomes()).toMatchObject([{ state: 'none', rule: '包裹卡欢迎语' }])
    expect(await t.timelineOf(id, 'welcome.ended')).toEqual([
      '未发送欢迎语：企业微信没有给欢迎语凭证：后台已给导购设了欢迎语，或双方以前聊过',
    ])
  })
})

describe('a crash in the middle of the call', () => {
  const restarted = async (happened: boolean): Promise<string> => {
    await open()
    const id = await scan({ state: 'parcel-card' })
    // As a process leaves it that died during the call: claimed, without an outcome.
    await t.db.tx(async (tx) => {
      const running = set(ACTION, { state: 'running', lease_until: t.clock.now() + SECOND_MS, lease_by: 'dead' })
      await tx.run(sql`UPDATE ${ACTION} SET ${running} WHERE ${ACTION.kind} = 'welcome.send'`)
      await tx.run(sql`UPDATE ${WELCOME} SET ${set(WELCOME, { state: 'waiting' })}`)
      await tx.run(sql`DELETE FROM ${TIMELINE} WHERE ${TIMELINE.kind} = 'welcome.ended'`)
    })
    if (!happened) for (const code of t.sandbox.world.welcomeCodes.values()) code.used = false
    await t.advance(2 * SECOND_MS)
    return id
  }

  it('after the message went out: not sent again, and said to be unsure', async () => {
    const id = await restarted(true)
    expect(heard(id)).toHaveLength(2)
    expect(await welcomes()).toMatchObject([{ state: 'sent-or-taken' }])
  })

  it('before it went out: sent now', async () => {
    const id = await restarted(false)
    expect(heard(id)).toHaveLength(4)
    expect(await welcomes()).toMatchObject([{ state: 'sent' }])
  })
})
