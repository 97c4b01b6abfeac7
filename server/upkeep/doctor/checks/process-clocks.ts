import { pick, sql } from '../../../core/db/sql.ts'
import { SECOND_MS } from '../../../core/kernel/shanghai.ts'
import { LIVE_PROCESS } from '../../../platform/deployment/deployment-tables.ts'
import { SILENT_FOR_MS } from '../../../platform/deployment/live-processes.ts'
import { goesOn, isOff, offBy, type ProcessClock } from '../../../platform/deployment/off-by.ts'
import type { Check } from '../check.ts'
import { type Finding, fail, ok, warn } from '../finding.ts'

const WHAT = '服务器之间的时钟'
const NEXT = '在那台机器上运行 timedatectl set-ntp true（或装 chrony），让时钟自动校准'

/** The clocks of the processes and the database against each other: whose is off takes up no work. */
export const processClocks: Check = {
  group: '数据',
  what: WHAT,
  look: async (context): Promise<Finding | Finding[]> => {
    const db = await context.db()
    const rows = await db.statement((tx) =>
      tx.rows(sql`SELECT ${pick(LIVE_PROCESS, 'instance', 'seen_at', 'ahead_ms')} FROM ${LIVE_PROCESS}`),
    )
    const newest = Math.max(...rows.map((row) => row.seen_at))
    return judgeClocks(
      rows.flatMap(({ instance, seen_at: seenAtMs, ahead_ms: aheadMs }) =>
        aheadMs === null || seenAtMs < newest - SILENT_FOR_MS ? [] : [{ instance, aheadMs }],
      ),
    )
  },
}

export function judgeClocks(processes: readonly ProcessClock[]): Finding | Finding[] {
  const [first, second] = processes
  if (first === undefined) return ok(WHAT, '没有服务器在运行，没有可比的')
  const off = processes.flatMap((own) => {
    const others = processes.filter((one) => one !== own)
    const offMs = offBy(
      own.aheadMs,
      others.map((one) => one.aheadMs),
    )
    const does = goesOn(own, others) ? '所有服务器的时钟都不准，先由它做事' : '它接收回调但不做事'
    return isOff(offMs) ? [fail(WHAT, `${own.instance} 的时钟${said(offMs)}，${does}`, NEXT)] : []
  })
  if (off.length > 0) return off
  if (isOff(first.aheadMs)) return warn(WHAT, `数据库那台机器的时钟比服务器${said(-first.aheadMs)}`, NEXT)
  return ok(
    WHAT,
    second === undefined ? '只有一个进程，与数据库一致' : `${processes.length} 个进程和数据库互相差不到 2 秒`,
  )
}

const said = (offMs: number): string => `${offMs > 0 ? '快' : '慢'} ${Math.round(Math.abs(offMs) / SECOND_MS)} 秒`
