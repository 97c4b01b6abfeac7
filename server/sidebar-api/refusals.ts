import type { Tx } from '../core/db/tx.ts'
import { AppError } from '../core/kernel/app-error.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { HOUR_MS, SECOND_MS } from '../core/kernel/shanghai.ts'
import type { customerQueries } from '../records/customers/customer-queries.ts'
import type { staffQueries } from '../records/staff/staff-queries.ts'
import { seesAll, seesCustomers } from '../records/staff/standing.ts'
import type { Person } from './friend-of.ts'
import { saidAt } from './guide-words.ts'

export interface RefusalDeps {
  clock: Clock
  staff: { queries: Pick<typeof staffQueries, 'nameOf'> }
  customers: { queries: Pick<typeof customerQueries, 'follow' | 'ownerOf'> }
}

/** WeCom answers within seconds, and the page asks again by itself. */
const CHECKING_MS = 20 * SECOND_MS
/** Looks of one guide at WeCom within an hour: somebody who tries out ids learns nothing and costs little. */
const LOOKS_PER_HOUR = 60

/** Why somebody sees nothing of a customer. A stranger's customer and one that does not exist are answered word for word the
 *  same: ids must not be guessable. What a guide's own past with the customer tells is no secret from that guide. */
export function createRefusals({ clock, staff, customers }: RefusalDeps) {
  /** When who began to ask for whom, in this process: another one only asks WeCom once more. */
  const looks = new Map<string, Map<string, number>>()

  /** Is WeCom being asked whether the two are friends? The first to ask for somebody begins it. */
  function isChecking(userId: string, externalUserId: string): boolean {
    const now = clock.now()
    const own = looks.get(userId) ?? new Map<string, number>()
    looks.set(userId, own)
    for (const [id, begunAtMs] of own) if (now - begunAtMs >= HOUR_MS) own.delete(id)
    const begunAtMs = own.get(externalUserId)
    if (begunAtMs !== undefined) return now - begunAtMs < CHECKING_MS
    if (own.size >= LOOKS_PER_HOUR) return false
    own.set(externalUserId, now)
    return true
  }

  return {
    /** Sentences by what this person may know: handed on, being looked up at WeCom, or no friend. */
    notYours: async (tx: Tx, { userId, standing }: Person, externalUserId: string): Promise<AppError> => {
      const own = await customers.queries.follow(tx, userId, externalUserId)
      if (standing.isGuide && own?.lostBy === 'transfer') {
        const heir = await customers.queries.ownerOf(tx, externalUserId)
        const name = heir === undefined ? '同事' : ((await staff.queries.nameOf(tx, heir)) ?? heir)
        const when = own.lostAtMs === undefined ? '' : `于 ${saidAt(own.lostAtMs, clock.now())} `
        return refusal(
          'sidebar.handed-on',
          `这位客户已${when}转给${name}，由${name}接着跟进；需要补充情况，直接告诉${name}。`,
        )
      }
      if (seesCustomers(standing) && isChecking(userId, externalUserId)) {
        return refusal('sidebar.checking', '刚加上的客户要同步一下：正在向企业微信核对你们是不是好友，几秒后自动出来。')
      }
      if (seesAll(standing)) {
        return refusal('sidebar.not-yours', '活水没有见过这位客户：企业微信没有通知过，核对时也没有读到。')
      }
      return refusal(
        'sidebar.not-yours',
        '已向企业微信核对过：这位客户现在不是你的好友。若刚加上，请过一分钟再点「重新加载」。',
      )
    },
  }
}
export type Refusals = ReturnType<typeof createRefusals>

const refusal = (code: string, zh: string): AppError =>
  new AppError(code, 'not a customer of this guide', { status: 403, zh })
