import type { Db } from '../../core/db/db.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Alerts } from './alerts.ts'

/** A welcome lives 20 s; an answer that took its time is not meant. */
const OFF_MS = 5 * SECOND_MS
/** One answer of a gateway that is wrong itself is over by then. */
const LASTS_MS = MINUTE_MS
/** Told anew while it lasts: what a process that is gone has left open ends by itself. */
const LAPSES_MS = 10 * MINUTE_MS

const KEY = 'clock.off'

/** Our clock against WeCom's: an alert once it has been off by five seconds for a minute, closed by the first answer that finds
 *  it right. */
export function createClockAlert({ db, clock, alerts }: { db: Pick<Db, 'tx'>; clock: Clock; alerts: Alerts }) {
  /** Since when each answer has said so; UTC milliseconds by the clock that is wrong. */
  let offSinceMs: number | undefined
  let aheadMs = 0
  let isTold = false

  async function tell(): Promise<void> {
    const now = clock.now()
    if (offSinceMs === undefined) {
      if (!isTold) return
      await db.tx((tx) => alerts.resolve(tx, KEY))
      isTold = false
      return
    }
    if (now - offSinceMs < LASTS_MS) return
    const seconds = Math.round(Math.abs(aheadMs) / SECOND_MS)
    await db.tx((tx) =>
      alerts.raise(tx, {
        key: KEY,
        text: `服务器的时钟比企业微信${aheadMs > 0 ? '快' : '慢'} ${seconds} 秒：快 20 秒欢迎语全部算超时，差 10 分钟回调全部被拒`,
        todo: '在服务器上运行 timedatectl set-ntp true（或装 chrony），让时钟自动校准',
        lapseAtMs: now + LAPSES_MS,
      }),
    )
    isTold = true
  }

  return {
    onClock: (ahead: number): void => {
      aheadMs = ahead
      if (Math.abs(ahead) < OFF_MS) offSinceMs = undefined
      else offSinceMs ??= clock.now()
    },
    tell,
    isWaiting: (): boolean => offSinceMs !== undefined,
  }
}
