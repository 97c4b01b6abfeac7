import type { Db } from '../../core/db/db.ts'
import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MASKED, maskPhones, unmasked } from '../../core/kernel/mask-phones.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { CUSTOMER_REMARK_CHARS } from '../../core/kernel/wecom-limits.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { Alerts } from '../alerts/alerts.ts'
import { createNotServing } from '../alerts/not-serving.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { SetRemark } from './customer-actions.ts'
import { FOLLOW } from './customer-tables.ts'
import { isPair } from './is-pair.ts'
import type { Pair } from './relation.ts'

export interface RemarkChange {
  externalUserId: string
  userId: string
  /** Cut to WeCom's 20 characters. A phone that stands in it as we show it, 138****1111, is the one that stands in the remark
   *  in WeCom. */
  remark: string
  reason: Reason
  /** Once per key; ≤180 characters. */
  key: string
}

const cut = (text: string, length: number): string => Array.from(text).slice(0, length).join('')

export interface SetRemarkDeps {
  db: Pick<Db, 'tx'>
  wecom: Pick<Wecom, 'contacts'>
  clock: Clock
  outbox: Outbox
  timeline: Timeline
  alerts: Alerts
}

export function createSetRemark({ db, wecom, clock, outbox, timeline, alerts }: SetRemarkDeps) {
  const notServing = createNotServing({ db, clock, alerts })

  /** The phones that we show masked, as they stand in WeCom: what a guide has changed around them must not be written over
   *  them. Asks WeCom only where there are some. */
  async function withPhones(remark: string, { userId, externalUserId }: Pair): Promise<string> {
    if (!MASKED.test(remark)) return remark
    const { follow_user: follows } = await wecom.contacts.get(externalUserId)
    return unmasked(remark, follows.find(({ userid }) => userid === userId)?.remark ?? '')
  }

  const executor: Executor = execute(SetRemark, {
    perform: async ({ payload }) => {
      const { userId: userid, externalUserId: external_userid, remark = '' } = payload
      const whole = await withPhones(remark, payload)
      await notServing.watched(userid, () => wecom.contacts.remark({ userid, external_userid, remark: whole }))
    },
    record: async (tx, { id, payload, reason }) => {
      const remark = maskPhones(payload.remark ?? '')
      await tx.run(sql`UPDATE ${FOLLOW} SET ${set(FOLLOW, { remark })} WHERE ${isPair(FOLLOW, payload)}`)
      // It has done its work: no phone stays in what is kept of it.
      const kept = JSON.stringify({ ...payload, remark })
      await tx.run(sql`UPDATE ${ACTION} SET ${set(ACTION, { payload: kept })} WHERE ${ACTION.id} = ${id}`)
      await timeline.note(tx, {
        key: `remark:${id}`,
        externalUserId: payload.externalUserId,
        userId: payload.userId,
        kind: 'customer.remark',
        text: `备注改为「${payload.remark}」`,
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

  /** Changes what the guide sees as the customer's name, once per key. */
  const setRemark = (tx: Tx, change: RemarkChange): Promise<void> =>
    outbox.enqueue(tx, SetRemark, {
      key: `remark:${change.key}`,
      externalUserId: change.externalUserId,
      userId: change.userId,
      payload: {
        externalUserId: change.externalUserId,
        userId: change.userId,
        remark: cut(change.remark, CUSTOMER_REMARK_CHARS),
      },
      reason: change.reason,
    })

  return { executor, setRemark }
}
