import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { createOutbox } from '../../engine/actions/outbox.ts'
import { createRunner } from '../../engine/actions/runner.ts'
import { openPlatform, type Platform, type PlatformAnswer } from '../../platform/wecom/testing/open-platform.ts'
import { createTimeline } from '../../records/timeline/timeline.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { createSendWelcome, SendWelcome } from './send-welcome.ts'
import { welcomeStore } from './welcome-store.ts'

const PATH = '/cgi-bin/externalcontact/send_welcome_msg'
const friendship = { externalUserId: 'wmNew', userId: 'zhangsan', addedAtMs: Date.parse('2026-11-22T08:59:58+08:00') }
const noAnswer: PlatformAnswer = (response) => void response.writeHead(502).end()

let kit: TestKit
let platform: Platform
beforeEach(async () => {
  kit = await createTestKit()
  platform = await openPlatform()
})
afterEach(async () => {
  await platform.close()
  await kit.close()
})

/** A process that sends welcomes. */
function processNamed(instance: string) {
  const timeline = createTimeline({ clock: kit.clock })
  const send = createSendWelcome(
    { clock: kit.clock, wecom: platform.wecom, timeline },
    { onSent: async () => undefined, afterEnd: async () => undefined },
  )
  return createRunner({ ...kit, executors: [send], instance })
}

async function greet(): Promise<void> {
  const outbox = createOutbox({ clock: kit.clock, nudge: () => undefined })
  await kit.db.tx(async (tx) => {
    await welcomeStore.claim(tx, friendship, { hash: 'code', receivedAtMs: kit.clock.now() })
    await outbox.enqueue(tx, SendWelcome, {
      key: 'welcome',
      payload: { ...friendship, welcome: '默认', welcomeCode: 'code', text: '您好', attachments: [], leftOut: [] },
      reason: { text: '新客户' },
      expiresAtMs: kit.clock.now() + 20 * SECOND_MS,
    })
  })
}
const outcome = () => kit.db.tx(async (tx) => (await welcomeStore.find(tx, friendship))?.state)

/** One process makes the first try, another every later one. */
async function twoProcesses(first: PlatformAnswer, later: PlatformAnswer): Promise<void> {
  platform.on(PATH, first, later)
  await greet()
  await processNamed('first').drained()
  kit.clock.advance(SECOND_MS)
  await processNamed('second').drained()
  expect(platform.sent(PATH)).toHaveLength(2)
}

describe('what the first process saw, the second knows', () => {
  it('a call without an answer may have used the code', async () => {
    await twoProcesses(noAnswer, { errcode: 41051 })
    expect(await outcome()).toBe('sent-or-taken')
  })

  it('a call that WeCom refused has not', async () => {
    await twoProcesses({ errcode: 41096 }, { errcode: 41051 })
    expect(await outcome()).toBe('taken')
  })

  it('a call whose answer nobody understands may have used the code', async () => {
    await twoProcesses({ errcode: null }, { errcode: 41051 })
    expect(await outcome()).toBe('sent-or-taken')
  })

  it('a call without an answer, and refusals until the code is dead: perhaps sent', async () => {
    await twoProcesses(noAnswer, { errcode: 41096 })
    kit.clock.advance(20 * SECOND_MS)
    await processNamed('third').drained()
    expect(await outcome()).toBe('sent-or-taken')
  })
})

it('a welcome of words alone says nothing of attachments, one of attachments alone nothing of words', async () => {
  const outbox = createOutbox({ clock: kit.clock, nudge: () => undefined })
  const link = { msgtype: 'link' as const, link: { title: '菜单', url: 'https://example.com/' } }
  const messages = { words: { text: '您好', attachments: [] }, link: { attachments: [link] } }
  for (const [code, said] of Object.entries(messages)) {
    const pair = { ...friendship, externalUserId: `wm-${code}` }
    await kit.db.tx(async (tx) => {
      await welcomeStore.claim(tx, pair, { hash: code, receivedAtMs: kit.clock.now() })
      await outbox.enqueue(tx, SendWelcome, {
        key: code,
        payload: { ...pair, welcome: '默认', welcomeCode: code, ...said, leftOut: [] },
        reason: { text: '新客户' },
        expiresAtMs: kit.clock.now() + 20 * SECOND_MS,
      })
    })
  }
  await processNamed('one').drained()
  const bodies = platform.sent(PATH).map(({ body }) => JSON.parse(body) as { welcome_code: string })
  expect(bodies.sort((one, other) => one.welcome_code.localeCompare(other.welcome_code))).toEqual([
    { welcome_code: 'link', attachments: [link] },
    { welcome_code: 'words', text: { content: '您好' } },
  ])
})
