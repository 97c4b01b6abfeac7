import { setTimeout as sleep } from 'node:timers/promises'
import { type MysqlFault, mysqlFault } from './mysql-fault.ts'

const TRIES: Record<MysqlFault, number> = { conflict: 10, 'no-writer': 4, lost: 3 }
/** Longest pause before the next try; who met in a deadlock must not meet again at once. */
const LONGEST_PAUSE_MS = 200
/** Doubled each time. Short, because it is for what another connection may do: a database that is away is not waited for here,
 *  since WeCom sends callbacks again, and whoever works in the background comes again by itself. */
const FIRST_PAUSE_MS = 25

/** `nth`: which try has failed, from 1. By chance, so that those who failed together do not come again together. */
const pauseMs = (fault: MysqlFault, nth: number): number =>
  fault === 'conflict'
    ? Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** nth)
    : FIRST_PAUSE_MS * 2 ** (nth - 1) * (0.75 + Math.random() / 2)

/** Does again what the database has undone or not begun. `isUndone`: whether nothing of this try has remained. */
export async function tryAgain<T>(work: () => Promise<T>, isUndone: (fault: MysqlFault) => boolean): Promise<T> {
  for (let nth = 1; ; nth++) {
    try {
      return await work()
    } catch (error) {
      const fault = mysqlFault(error)
      if (fault === undefined || nth >= TRIES[fault] || !isUndone(fault)) throw error
      await sleep(pauseMs(fault, nth))
    }
  }
}
