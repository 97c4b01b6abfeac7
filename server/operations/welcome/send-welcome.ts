import Type from 'typebox'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { defineAction, type Executor, execute, type Failure } from '../../engine/actions/action-kind.ts'
import { PUT_BACK } from '../../engine/actions/trouble.ts'
import { Attachment } from '../../platform/wecom/api/attachment.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import { errorCode } from '../../platform/wecom/error-codes/error-codes.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isRefusedWith } from '../../platform/wecom/wire/wecom-error.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import { touches } from '../../records/touches/touches.ts'
import type { WelcomeState } from './welcome-state.ts'
import { type FriendshipKey, welcomeStore } from './welcome-store.ts'

/** The one message of a new friendship; everything it says was settled when it was enqueued. */
export const SendWelcome = defineAction(
  'welcome.send',
  'welcome',
  Type.Object({
    externalUserId: Type.String(),
    userId: Type.String(),
    /** With the pair: which friendship. UTC milliseconds. */
    addedAtMs: Type.Number(),
    /** Name of the welcome rule. */
    welcome: Type.String(),
    welcomeCode: Type.String(),
    text: Type.Optional(Type.String()),
    attachments: Type.Array(Attachment),
    leftOut: Type.Array(Type.String()),
    /** When we learnt of the friendship, UTC milliseconds; absent: it stands with the welcome. */
    receivedAtMs: Type.Optional(Type.Number()),
    /** No code of this friendship came before, so that nobody has been asked to greet. */
    isFirst: Type.Optional(Type.Boolean()),
  }),
)

export interface SendWelcomeDeps {
  clock: Clock
  wecom: { contacts: Pick<Wecom['contacts'], 'sendWelcome'> }
  timeline: Pick<Timeline, 'note'>
}

export interface WelcomeEnds {
  onSent(tx: Tx, key: FriendshipKey): Promise<void>
  /** There was none by this code; `why`: Chinese. */
  afterEnd(tx: Tx, key: FriendshipKey, state: WelcomeState, why: string): Promise<void>
}

/** Docs 92137, 92599. A code works once, so a repeated call can never send a second welcome: WeCom answers 41051. */
export function createSendWelcome(
  { clock, wecom, timeline }: SendWelcomeDeps,
  { onSent, afterEnd }: WelcomeEnds,
): Executor {
  const note = (
    tx: Tx,
    key: FriendshipKey & { actionId: number },
    text: string,
    reason: Parameters<Timeline['note']>[1]['reason'],
  ) =>
    timeline.note(tx, {
      key: `welcome:action:${key.actionId}`,
      externalUserId: key.externalUserId,
      userId: key.userId,
      kind: 'welcome.ended',
      text,
      reason,
    })

  return execute(SendWelcome, {
    sideBySide: true,
    perform: async ({ payload, mayHaveHappened }): Promise<{ outcome: 'sent' | 'sent-or-taken' }> => {
      const { welcomeCode, text, attachments } = payload
      try {
        await wecom.contacts.sendWelcome({
          welcome_code: welcomeCode,
          ...(text === undefined ? {} : { text: { content: text } }),
          ...(attachments.length === 0 ? {} : { attachments }),
        })
        return { outcome: 'sent' }
      } catch (error) {
        const isUsed = isRefusedWith(error, ERRCODE.alreadyChatting)
        if (isUsed && mayHaveHappened) return { outcome: 'sent-or-taken' }
        throw error
      }
    },

    record: async (tx, { id, payload, reason }, { outcome }) => {
      if (outcome === 'sent-or-taken') {
        const why = '发送途中连接中断，再试时凭证已被用过：可能已由我们发出，也可能由其他应用发出'
        await welcomeStore.set(tx, payload, { state: 'sent-or-taken', reason: why })
        return void (await note(
          tx,
          { ...payload, actionId: id },
          `欢迎语「${payload.welcome}」可能已发送：${why}`,
          reason,
        ))
      }
      const sentAtMs = clock.now()
      const receivedAtMs = payload.receivedAtMs ?? (await welcomeStore.find(tx, payload))?.received_at ?? sentAtMs
      const latencyMs = sentAtMs - receivedAtMs
      await welcomeStore.setSent(tx, payload, sentAtMs, latencyMs)
      if (payload.isFirst !== true) await onSent(tx, payload)
      const { externalUserId, userId, addedAtMs } = payload
      const key = `welcome:${userId}:${externalUserId}:${addedAtMs}`
      await touches.add(tx, [{ key, externalUserId, userId, kind: 'welcome', about: payload.welcome, atMs: sentAtMs }])
      const without = payload.leftOut.length === 0 ? '' : `；没有带上还未准备好的${payload.leftOut.join('、')}`
      const text = `已发送欢迎语「${payload.welcome}」，用时 ${(latencyMs / 1_000).toFixed(1)} 秒${without}`
      await note(tx, { ...payload, actionId: id }, text, reason)
    },

    abandoned: async (tx, { id, payload, reason }, failure) => {
      const end = endOf(failure)
      await welcomeStore.set(tx, payload, end)
      const what = end.state === 'sent-or-taken' ? `欢迎语「${payload.welcome}」可能已发送` : '未发送欢迎语'
      await note(tx, { ...payload, actionId: id }, `${what}：${end.reason}`, reason)
      await afterEnd(tx, payload, end.state, end.reason)
    },
  })
}

function endOf({ state, code, errcode, mayHaveHappened }: Failure): { state: WelcomeState; reason: string } {
  if (code === PUT_BACK) return { state: 'sent-or-taken', reason: '恢复了备份：备份以后可能已经发出，没有再发' }
  if (errcode === ERRCODE.alreadyChatting) return { state: 'taken', reason: '其他应用已先发送，或双方已经开始聊天' }
  if (state === 'expired' && mayHaveHappened) {
    const why =
      code === 'wecom.not-understood'
        ? '企业微信的答复读不懂，不知道是否已发出'
        : '发送途中连接中断，20 秒内没有得到企业微信的答复，可能已发出'
    return { state: 'sent-or-taken', reason: why }
  }
  if (errcode === ERRCODE.welcomeExpired) return { state: 'late', reason: '欢迎语凭证已失效（只在 20 秒内有效）' }
  if (state === 'expired') {
    const why =
      errcode === ERRCODE.welcomeByAnotherApp
        ? '，其他应用一直在发送'
        : errcode === undefined
          ? ''
          : `，企业微信一直答复 ${errcode}`
    return { state: 'late', reason: `超过 20 秒没能发出${why}` }
  }
  if (code === 'wecom.bad-request') {
    return { state: 'failed', reason: '内容不符合企业微信的限制，请检查欢迎语文件' }
  }
  if (errcode === undefined) return { state: 'failed', reason: `活水自己出错了（${code}），请把日志交给工程师` }
  return { state: 'failed', reason: `企业微信拒绝（${errcode} ${errorCode(errcode).zh}）` }
}
