import type { Column } from '../../../core/db/define-table.ts'
import { count, maybeNumber, select, sql } from '../../../core/db/sql.ts'
import { MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { ACTION } from '../../../engine/actions/action-tables.ts'
import { INBOUND_EVENT } from '../../../engine/inbox/event-tables.ts'
import type { Check } from '../check.ts'
import { type Finding, fail, ok, warn } from '../finding.ts'

const WHAT = '积压'
const EVENTS_LATE_MS = 2 * MINUTE_MS
const ACTIONS_LATE_MS = 30 * MINUTE_MS

interface Due {
  n: number
  oldest: number | null
}

const due = (at: Column<number>) => select({ n: count(), oldest: maybeNumber(sql`MIN(${at})`) })

/** What is due and not done. Events are done within seconds, so old ones mean that nobody works. */
export const backlog: Check = {
  group: '运行',
  what: WHAT,
  look: async (context): Promise<Finding | Finding[]> => {
    const db = await context.db()
    const now = context.clock.now()
    const [events, actions] = await db.tx(async (tx) => [
      await tx.row(
        sql`SELECT ${due(INBOUND_EVENT.due_at)} FROM ${INBOUND_EVENT}
            WHERE ${INBOUND_EVENT.state} = 'new' AND ${INBOUND_EVENT.due_at} <= ${now}`,
      ),
      await tx.row(
        sql`SELECT ${due(ACTION.due_at)} FROM ${ACTION}
            WHERE ${ACTION.state} = 'waiting' AND ${ACTION.due_at} <= ${now}`,
      ),
    ])
    const findings: Finding[] = []
    const lateBy = (due: Due | undefined): number => now - (due?.oldest ?? now)
    if (lateBy(events) > EVENTS_LATE_MS) {
      findings.push(
        fail(
          WHAT,
          `${events?.n} 个事件没有处理，最早的等了 ${minutes(lateBy(events))} 分钟`,
          '看服务是不是在运行（npm run server）；在运行就看日志里的 beat failed',
        ),
      )
    }
    if (lateBy(actions) > ACTIONS_LATE_MS) {
      findings.push(
        warn(
          WHAT,
          `${actions?.n} 个动作到时间还没做，最早的等了 ${minutes(lateBy(actions))} 分钟`,
          '看上面「企业微信」一组有没有被拒或限流；只是在排队的话等它做完',
        ),
      )
    }
    if (findings.length > 0) return findings
    return ok(WHAT, `等处理的事件 ${events?.n ?? 0} 个、动作 ${actions?.n ?? 0} 个，都没有拖太久`)
  },
}

const minutes = (ms: number): number => Math.round(ms / MINUTE_MS)
