import { hash } from 'node:crypto'
import Type from 'typebox'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { HOUR_MS } from '../../core/kernel/shanghai.ts'
import { defineAction, type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { refusedText } from '../../platform/wecom/error-codes/refused-text.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { KnownNames } from '../customers/given-customer.ts'
import type { Timeline } from '../timeline/timeline.ts'

/** So long after what a customer said they can be answered. Doc 94677. */
const ANSWER_WITHIN_MS = 48 * HOUR_MS

/** Answers one word, once: the platform knows a second call by its msgid. */
export const AnswerWord = defineAction(
  'stop-word.answer',
  'event',
  Type.Object({ openKfId: Type.String(), externalUserId: Type.String(), msgid: Type.String(), text: Type.String() }),
)

export interface Answered {
  /** The customer's message. */
  msgid: string
  openKfId: string
  externalUserId: string
  saidAtMs: number
  text: string
}

/** Safe to repeat. */
export async function enqueueAnswer(tx: Tx, outbox: Outbox, { msgid, saidAtMs, ...answer }: Answered): Promise<void> {
  await outbox.enqueue(tx, AnswerWord, {
    key: `stop-word:${msgid}`,
    // The platform's own may hold other letters, and be longer.
    payload: { ...answer, msgid: hash('sha256', msgid, 'base64url').slice(0, 32) },
    reason: { text: '客户在微信客服里说了退订或恢复的词' },
    externalUserId: answer.externalUserId,
    expiresAtMs: saidAtMs + ANSWER_WITHIN_MS,
  })
}

export interface AnswerExecutorsDeps {
  clock: Clock
  wecom: { customerService: Pick<Wecom['customerService'], 'send'> }
  timeline: Pick<Timeline, 'note'>
  customers: Pick<KnownNames, 'exists'>
}

/** What stops an answer is told on the timeline: the word counts all the same. */
export const answerExecutors = ({ clock, wecom, timeline, customers }: AnswerExecutorsDeps): Executor[] => [
  execute(AnswerWord, {
    perform: ({ payload }) =>
      wecom.customerService.send({
        open_kfid: payload.openKfId,
        touser: payload.externalUserId,
        msgid: payload.msgid,
        msgtype: 'text',
        text: { content: payload.text },
      }),
    abandoned: async (tx, { dedupeKey, payload }, { state, errcode }) => {
      if (!(await customers.exists(tx, payload.externalUserId))) return
      const why =
        state === 'expired' && errcode === undefined
          ? '已过客户说话后的 48 小时'
          : refusedText('微信客服里的回复', errcode)
      await timeline.note(tx, {
        key: `${dedupeKey}:unanswered`,
        externalUserId: payload.externalUserId,
        atMs: clock.now(),
        kind: 'customer.refusal',
        text: `客户说的退订或恢复已经照办，回复没有发出去：${why}`,
      })
    },
  }),
]
