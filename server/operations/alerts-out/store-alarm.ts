import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { UnstoredAlert } from './alerts-out.ts'

/** In /metrics, beside the kinds of stored alerts. */
export const STORE_ALERT = 'database.store'
/** A failover of the database, or its restart, is over by then. */
const LASTS_MS = MINUTE_MS
const LOOK_EVERY_MS = 15 * SECOND_MS

export interface StoreAlarmDeps {
  clock: Clock
  /** Why nothing can be stored now; undefined: it can. Never throws. */
  storeFault(): Promise<unknown>
  /** Goes by every way that is not in `done`, and puts in those that took it. Never throws. */
  tellNow(alert: UnstoredAlert, done: Set<string>): Promise<void>
}

/** The one trouble that cannot become a row: nothing can be stored (the disk is full, the database read-only or away). Told
 *  straight by every way, once for each time, after a minute; over as soon as something can be stored. */
export function createStoreAlarm({ clock, storeFault, tellNow }: StoreAlarmDeps) {
  let trouble: { sinceMs: number; told: Set<string> } | undefined
  let lookedAtMs = Number.NEGATIVE_INFINITY

  return {
    /** For every beat. Never throws. */
    look: async (): Promise<void> => {
      const now = clock.now()
      if (Math.abs(now - lookedAtMs) < LOOK_EVERY_MS) return
      lookedAtMs = now
      const fault = await storeFault()
      if (fault === undefined) {
        trouble = undefined
        return
      }
      trouble ??= { sinceMs: now, told: new Set() }
      const { sinceMs, told } = trouble
      if (now - sinceMs < LASTS_MS) return
      await tellNow({ key: STORE_ALERT, ...wordsOf(fault), sinceMs }, told)
    },
    /** It has lasted long enough to be told. */
    isOn: (): boolean => trouble !== undefined && clock.now() - trouble.sinceMs >= LASTS_MS,
  }
}

const FULL = new Set(['SQLITE_FULL', 'ENOSPC', 'ER_DISK_FULL', 'ER_RECORD_FILE_FULL'])
const READ_ONLY = new Set([
  'SQLITE_READONLY',
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
  'ER_READ_ONLY_MODE',
  'db.read-only',
])

/** A driver's error may quote what it was given: only its code is told. */
export function wordsOf(fault: unknown): { text: string; todo: string } {
  const code = fault instanceof Error && 'code' in fault ? String(fault.code) : '没有错误码'
  const text = (why: string): string =>
    `数据库存不进东西：${why}（${code}）。企业微信的通知正在被拒收，几次之后就不再重发`
  if (FULL.has(code)) return { text: text('磁盘满了'), todo: '清理磁盘，或给数据盘扩容；有了空间活水自己会继续' }
  if (READ_ONLY.has(code)) {
    return { text: text('数据库是只读的'), todo: '让 DATABASE_URL 指向主库，或关掉 read_only；之后活水自己会继续' }
  }
  return {
    text: text('连不上或写不进去'),
    todo: '看数据库有没有在运行，再运行 npm run -s doctor；恢复后活水自己会继续',
  }
}
