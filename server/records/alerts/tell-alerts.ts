import { createHash } from 'node:crypto'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { StaffTelling } from '../staff/tell-staff.ts'
import type { OpenedAlert } from './alerts.ts'

export interface TellAlertsDeps {
  clock: Clock
  /** Who is told; nobody when empty. */
  userIds: readonly string[]
  staffTelling: Pick<StaffTelling, 'tell'>
}

/** A message of the app to those who look after it, once for each opening of an alert: what happened, and the next step. */
export const createTellAlerts =
  ({ clock, userIds, staffTelling }: TellAlertsDeps) =>
  async (tx: Tx, { key, text, todo, sinceMs, lapseAtMs }: OpenedAlert): Promise<void> => {
    // Told so late that it is over.
    if (userIds.length === 0 || (lapseAtMs !== undefined && lapseAtMs < clock.now())) return
    const opening = createHash('sha256').update(`${key}\n${sinceMs}`).digest('base64url').slice(0, 22)
    await staffTelling.tell(tx, {
      key: `alert:${opening}`,
      userIds,
      text: `【活水】${text}\n下一步：${todo}`,
      reason: { text: '有要人处理的事' },
    })
  }
