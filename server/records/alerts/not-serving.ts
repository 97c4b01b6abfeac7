import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import { errorCode } from '../../platform/wecom/error-codes/error-codes.ts'
import { WecomError } from '../../platform/wecom/wire/wecom-error.ts'
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
export function createNotServing(deps: {
  db: Pick<Db, 'tx'>
  clock: Clock
  alerts: Pick<Alerts, 'raise' | 'resolve' | 'queries'>
}) {
  const { db, clock, alerts } = deps

  async function tell(tx: Tx, userId: string, errcode: number): Promise<void> {
    const { zh, todo } = errorCode(errcode)
    const name = (await staffQueries.nameOf(tx, userId)) ?? userId
    await alerts.raise(tx, {
      key: keyOf(userId),
      text: `导购${name}（${userId}）的客户改不了：${zh}（${errcode}），标签、备注都被企业微信拒绝`,
      todo: `${TODO[errcode] ?? todo ?? '请在企业微信后台检查这个账号'}；改好以后规则打的标签会自己补上，其他的看 npm run -s actions -- failed`,
      lapseAtMs: clock.now() + DAY_MS,
    })
  }

  return {
    /** Makes a call about a customer of this guide and tells of a no that is about the guide, at once: some of them are tried
     *  again for hours before they are final. Throws what the call throws. */
    watched: async <Answer>(userId: string, call: () => Promise<Answer>): Promise<Answer> => {
      try {
        return await call()
      } catch (error) {
        const errcode = error instanceof WecomError ? error.errcode : undefined
        if (errcode !== undefined && NOT_SERVING.includes(errcode)) await db.tx((tx) => tell(tx, userId, errcode))
        throw error
      }
    },
    /** What had been refused went through. */
    accepted: async (tx: Tx, userId: string): Promise<void> => {
      for (const key of await alerts.queries.openAmong(tx, [keyOf(userId)])) await alerts.resolve(tx, key)
    },
  }
}
