import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import { errorCode } from '../../platform/wecom/error-codes/error-codes.ts'
import { staffQueries } from '../staff/staff-queries.ts'
import type { Alerts } from './alerts.ts'

/** With these WeCom refuses whatever is about one guide's customers, until somebody mends that guide's account. */
export const NOT_SERVING: readonly number[] = [ERRCODE.memberInactive, ERRCODE.notServing]

const TODO: Record<number, string> = {
  [ERRCODE.memberInactive]: '请这位导购在企业微信里激活账号并完成实名',
}

const keyOf = (userId: string): string => `staff.not-serving:${userId}`

/** A guide whose account WeCom does not let serve customers is an alert, as long as it goes on refusing: over when something of
 *  theirs that was refused goes through, or after a day without a further no. */
export function createNotServing({
  alerts,
  now,
}: {
  alerts: Pick<Alerts, 'raise' | 'resolve' | 'queries'>
  now(): number
}) {
  return {
    /** In the transaction that ends what was refused; other codes say nothing. */
    refused: async (tx: Tx, userId: string, errcode: number | undefined): Promise<void> => {
      if (errcode === undefined || !NOT_SERVING.includes(errcode)) return
      const { zh, todo } = errorCode(errcode)
      const name = (await staffQueries.nameOf(tx, userId)) ?? userId
      await alerts.raise(tx, {
        key: keyOf(userId),
        text: `导购${name}（${userId}）的客户改不了：${zh}（${errcode}），标签、备注都被企业微信拒绝`,
        todo: `${TODO[errcode] ?? todo ?? '请在企业微信后台检查这个账号'}；改好以后规则打的标签会自己补上，其他的看 npm run -s actions -- failed`,
        lapseAtMs: now() + DAY_MS,
      })
    },
    /** What had been refused went through. */
    accepted: async (tx: Tx, userId: string): Promise<void> => {
      for (const key of await alerts.queries.openAmong(tx, [keyOf(userId)])) await alerts.resolve(tx, key)
    },
  }
}
export type NotServing = ReturnType<typeof createNotServing>
