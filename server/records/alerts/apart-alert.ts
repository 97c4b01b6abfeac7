import type { Db } from '../../core/db/db.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Alerts } from './alerts.ts'

/** Told anew while it lasts: what a process that is gone has left open ends by itself. */
const LAPSES_MS = 10 * MINUTE_MS

/** One server process among several, and its clock. */
export interface OwnProcess {
  instance: string
  /** By how many milliseconds its clock is ahead of what the others and the database agree on. */
  offMs(): number
  /** False: it is off by so much that it takes up no work. */
  mayLease(): boolean
}

/** This process' clock against the others': an alert as long as it therefore takes up no work. */
export function createApartAlert(deps: { db: Pick<Db, 'tx'>; clock: Clock; alerts: Alerts; process: OwnProcess }) {
  const { db, clock, alerts, process } = deps
  const key = `clock.apart:${process.instance}`
  let isTold = false
  return async (): Promise<void> => {
    if (process.mayLease()) {
      if (isTold) await db.tx((tx) => alerts.resolve(tx, key))
      isTold = false
      return
    }
    const seconds = Math.round(Math.abs(process.offMs()) / SECOND_MS)
    const how = `${process.offMs() > 0 ? '快' : '慢'} ${seconds} 秒`
    await db.tx((tx) =>
      alerts.raise(tx, {
        key,
        text: `服务器 ${process.instance} 的时钟比其他服务器和数据库${how}：它照常接收回调，但不发欢迎语、不做事，都由其他服务器做`,
        todo: '在那台服务器上运行 timedatectl set-ntp true（或装 chrony），让时钟自动校准；校准后它自己接着做',
        lapseAtMs: clock.now() + LAPSES_MS,
      }),
    )
    isTold = true
  }
}
