import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { createOutbox } from '../../engine/actions/outbox.ts'
import { createRunner } from '../../engine/actions/runner.ts'
import { WecomError, WecomNotUnderstood } from '../../platform/wecom/wire/wecom-error.ts'
import { createTimeline } from '../../records/timeline/timeline.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { type AskToGreetDeps, createAskToGreet } from './ask-to-greet.ts'
import { createSendWelcome, SendWelcome } from './send-welcome.ts'
import { welcomeStore } from './welcome-store.ts'

const PATH = '/cgi-bin/externalcontact/send_welcome_msg'
const PAIR = { externalUserId: 'wmA', userId: 'zhangsan', addedAtMs: Date.parse('2026-11-22T08:59:58+08:00') }

let kit: TestKit
let told: string[]
beforeEach(async () => {
  kit = await createTestKit()
  told = []
})
afterEach(() => kit.close())

/** What becomes of a welcome whose call ends so, time after time; until its code is dead. */
async function end(
  errors: (Error | undefined)[],
  more: { receivedAtMs?: number; isFirst?: boolean; leftOut?: string[] } = {},
  untilDead = true,
) {
  let calls = 0
  const { clock } = kit
  const sendWelcome = async (): Promise<object> => {
    const error = errors[Math.min(calls, errors.length - 1)]
    calls += 1
    clock.advance(700)
    if (error !== undefined) throw error
    return {}
  }
  const executor = createSendWelcome(
    { clock, wecom: { contacts: { sendWelcome } } as never, timeline: createTimeline({ clock }) },
    {
      onSent: async () => void told.push('sent'),
      afterEnd: async (_tx, _key, state, why) => void told.push(`${state} ${why}`),
    },
  )
  const runner = createRunner({ ...kit, executors: [executor], instance: 'one' })
  const outbox = createOutbox({ clock, nudge: () => undefined })
  await kit.db.tx(async (tx) => {
    await welcomeStore.claim(tx, PAIR, { hash: 'h', receivedAtMs: clock.now() - 300 })
    await outbox.enqueue(tx, SendWelcome, {
      key: 'welcome',
      payload: { ...PAIR, welcome: '默认', welcomeCode: 'c', text: '您好', attachments: [], leftOut: [], ...more },
      reason: { text: '新客户' },
      expiresAtMs: clock.now() + 20 * SECOND_MS,
    })
  })
  for (let second = 0; second < (untilDead ? 25 : 1); second++) {
    await runner.drained()
    clock.advance(SECOND_MS)
  }
  const [outcome] = await kit.db.tx((tx) => welcomeStore.ofCustomer(tx, 'wmA'))
  return outcome
}
const notes = async (): Promise<string[]> =>
  (await kit.db.tx((tx) => tx.rows(raw<{ body: string }>('SELECT body FROM timeline ORDER BY id')))).map(
    ({ body }) => body,
  )

describe('a welcome that was sent', () => {
  it.each<[string, Parameters<typeof end>[1], number, string, string[]]>([
    ['is counted from when we learnt of it', {}, 1_000, '1.0 秒', ['sent']],
    [
      'is counted from when that is told',
      { receivedAtMs: Date.parse('2026-11-22T09:00:00+08:00') },
      700,
      '0.7 秒',
      ['sent'],
    ],
    ['by its first code asks nobody to be spared', { isFirst: true }, 1_000, '1.0 秒', []],
    [
      'says what it went without',
      { leftOut: ['图片 a', '图片 b'] },
      1_000,
      '1.0 秒；没有带上还未准备好的图片 a、图片 b',
      ['sent'],
    ],
  ])('%s', async (_what, more, latencyMs, text, expected) => {
    expect(await end([undefined], more)).toMatchObject({ state: 'sent', latencyMs })
    expect([await notes(), told]).toEqual([[`已发送欢迎语「默认」，用时 ${text}`], expected])
    const touched = await kit.db.tx((tx) => tx.rows(raw<{ kind: string }>('SELECT kind FROM touch')))
    expect(touched).toEqual([{ kind: 'welcome' }])
  })
})

describe('a welcome that came to nothing says why', () => {
  const lost = new AppError('wecom.unreachable', 'gone', { retry: 'later', mayHaveHappened: true })
  const odd = new WecomNotUnderstood({ path: PATH, field: 'errcode' }, { isDone: false, repeatable: true })
  it.each<[string, Error[], string, string]>([
    ['another app was first', [new WecomError(41051, PATH)], 'taken', '其他应用已先发送，或双方已经开始聊天'],
    ['its code was dead', [new WecomError(41050, PATH)], 'late', '欢迎语凭证已失效（只在 20 秒内有效）'],
    ['another app went on', [new WecomError(41096, PATH)], 'late', '超过 20 秒没能发出，其他应用一直在发送'],
    ['WeCom went on saying no', [new WecomError(-1, PATH)], 'late', '超过 20 秒没能发出，企业微信一直答复 -1'],
    ['we never came to it', [new AppError('wecom.busy', 'busy', { retry: 'later' })], 'late', '超过 20 秒没能发出'],
    ['nobody answered', [lost], 'sent-or-taken', '发送途中连接中断，20 秒内没有得到企业微信的答复，可能已发出'],
    ['nobody understood', [odd], 'sent-or-taken', '企业微信的答复读不懂，不知道是否已发出'],
    [
      'it was not as WeCom wants it',
      [new AppError('wecom.bad-request', 'x')],
      'failed',
      '内容不符合企业微信的限制，请检查欢迎语文件',
    ],
    ['we are at fault', [new AppError('our.fault', 'x')], 'failed', '活水自己出错了（our.fault），请把日志交给工程师'],
    ['WeCom refused', [new WecomError(41053, PATH)], 'failed', '企业微信拒绝（41053 客户未同意聊天存档）'],
  ])('%s', async (_why, errors, state, reason) => {
    expect(await end(errors)).toMatchObject({ state, reason })
    const begins = state === 'sent-or-taken' ? '欢迎语「默认」可能已发送' : '未发送欢迎语'
    expect([await notes(), told]).toEqual([[`${begins}：${reason}`], [`${state} ${reason}`]])
  })

  it('it may have been ours that used the code', async () => {
    const outcome = await end([lost, new WecomError(41051, PATH)])
    expect(outcome).toMatchObject({ state: 'sent-or-taken', reason: expect.stringContaining('可能已由我们发出') })
    expect(await notes()).toEqual([expect.stringMatching(/^欢迎语「默认」可能已发送：/)])
    expect(told).toEqual([])
  })
})

describe('asking the guide to greet', () => {
  const open = () => {
    const tasks = {
      open: async (_tx: unknown, { key, dueAtMs, priority }: { key: string; dueAtMs: number; priority: number }) =>
        told.push(`${key} ${dueAtMs - kit.clock.now()} ${priority}`) > 0,
      close: async (_tx: unknown, { key, outcome }: { key: string; outcome: string }) =>
        told.push(`${key} ${outcome}`) > 0,
      queries: {
        unfinishedAbout: async () => [
          { key: 'g', kind: 'greet' },
          { key: 's', kind: 'sop' },
        ],
      },
    }
    return createAskToGreet({ clock: kit.clock, tasks: tasks as unknown as AskToGreetDeps['tasks'] })
  }
  const key = `greet:zhangsan:wmA:${PAIR.addedAtMs}`
  it.each([
    ['a day later', DAY_MS, [`${key} ${HOUR_MS} 90`]],
    ['later than that no more', DAY_MS + 1, []],
  ])('%s', async (_when, afterMs, expected) => {
    kit.clock.set(PAIR.addedAtMs + afterMs)
    await kit.db.tx((tx) => open().ask(tx, PAIR, '测试'))
    expect(told).toEqual(expected)
  })
  it('ends with the first word, or with a welcome after all', async () => {
    await kit.db.tx((tx) => open().spoken(tx, PAIR, '说了'))
    await kit.db.tx((tx) => open().spare(tx, PAIR))
    expect(told).toEqual(['g done', `${key} dropped`])
  })
})
