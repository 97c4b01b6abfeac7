import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { maskPhones } from '../../core/kernel/mask-phones.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { CUSTOMER_DESCRIPTION_CHARS, CUSTOMER_REMARK_CHARS } from '../../core/kernel/wecom-limits.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { SetRemark } from './customer-actions.ts'
import { FOLLOW } from './customer-tables.ts'
import { isPair } from './is-pair.ts'

export interface RemarkChange {
  externalUserId: string
  userId: string
  /** Cut to WeCom's 20 characters. */
  remark?: string
  /** Cut to WeCom's 150 characters. */
  description?: string
  reason: Reason
  /** Once per key; ≤180 characters. */
  key: string
}

const cut = (text: string, length: number): string => Array.from(text).slice(0, length).join('')

export function createSetRemark({
  wecom,
  outbox,
  timeline,
}: {
  wecom: Pick<Wecom, 'contacts'>
  outbox: Outbox
  timeline: Timeline
}) {
  const executor: Executor = execute(SetRemark, {
    perform: async ({ payload }) => {
      await wecom.contacts.remark({
        userid: payload.userId,
        external_userid: payload.externalUserId,
        ...(payload.remark === undefined ? {} : { remark: payload.remark }),
        ...(payload.description === undefined ? {} : { description: payload.description }),
      })
    },
    record: async (tx, { id, payload, reason }) => {
      const description = payload.description === undefined ? null : maskPhones(payload.description)
      await tx.run(
        sql`UPDATE ${FOLLOW} SET ${FOLLOW.remark} = COALESCE(${payload.remark ?? null}, ${FOLLOW.remark}),
              ${FOLLOW.description} = COALESCE(${description}, ${FOLLOW.description})
            WHERE ${isPair(FOLLOW, payload)}`,
      )
      await timeline.note(tx, {
        key: `remark:${id}`,
        externalUserId: payload.externalUserId,
        userId: payload.userId,
        kind: 'customer.remark',
        text: payload.remark === undefined ? '描述已修改' : `备注改为「${payload.remark}」`,
        reason,
      })
    },
    abandoned: async (tx, { id, payload, reason }, failure) => {
      const why = failure.errcode === undefined ? '' : `（企业微信错误码 ${failure.errcode}）`
      await timeline.note(tx, {
        key: `remark:${id}`,
        externalUserId: payload.externalUserId,
        userId: payload.userId,
        kind: 'customer.remark-failed',
        text: `备注没有改成${why}`,
        reason,
      })
    },
  })

  /** Changes what the guide sees as the customer's name or description. False: a change with this key is known. */
  const setRemark = (tx: Tx, change: RemarkChange): Promise<boolean> =>
    outbox.enqueue(tx, SetRemark, {
      key: `remark:${change.key}`,
      externalUserId: change.externalUserId,
      userId: change.userId,
      payload: {
        externalUserId: change.externalUserId,
        userId: change.userId,
        ...(change.remark === undefined ? {} : { remark: cut(change.remark, CUSTOMER_REMARK_CHARS) }),
        ...(change.description === undefined
          ? {}
          : { description: cut(change.description, CUSTOMER_DESCRIPTION_CHARS) }),
      },
      reason: change.reason,
    })

  return { executor, setRemark }
}
