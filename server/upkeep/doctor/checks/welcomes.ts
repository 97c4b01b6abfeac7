import { count, select, sql } from '../../../core/db/sql.ts'
import { DAY_MS } from '../../../core/kernel/shanghai.ts'
import { WELCOME } from '../../../operations/welcome/welcome-tables.ts'
import type { Check } from '../check.ts'
import { ok, warn } from '../finding.ts'

const WHAT = '欢迎语'
const ENOUGH_TO_JUDGE = 5
const MOST_MISSING = 0.1

const NEXT: Record<string, string> = {
  none: '在管理后台「客户联系 → 加客户 → 欢迎语」关掉这些成员的欢迎语，那边设了，企业微信就不给应用凭证',
  taken: '停掉别的应用（旧 SCRM、服务商）里的欢迎语，谁先发算谁的',
  late: '看上面的「时钟」「积压」和「读写」，欢迎语要在 20 秒内发出',
}

/** How many of the last day's new friends got their welcome, and the commonest reason why not. */
export const welcomes: Check = {
  group: '运行',
  what: WHAT,
  look: async (context) => {
    const db = await context.db()
    const rows = await db.tx((tx) =>
      tx.rows(
        sql`SELECT ${select({ state: WELCOME.state, reason: WELCOME.reason, n: count() })} FROM ${WELCOME}
            WHERE ${WELCOME.state} IN ('sent', 'sent-or-taken', 'taken', 'late', 'failed', 'none')
              AND ${WELCOME.added_at} > ${context.clock.now() - DAY_MS}
            GROUP BY ${WELCOME.state}, ${WELCOME.reason} ORDER BY n DESC`,
      ),
    )
    const missing = rows.filter(({ state }) => !state.startsWith('sent'))
    const all = sum(rows)
    if (all === 0) return ok(WHAT, '24 小时内没有新客户')
    const text = `24 小时内 ${all} 位新客户，${all - sum(missing)} 位收到了我们的欢迎语`
    if (all < ENOUGH_TO_JUDGE || sum(missing) / all <= MOST_MISSING) return ok(WHAT, text)
    const [first] = missing
    return warn(
      WHAT,
      `${text}；没收到的最多是因为：${first?.reason ?? '没有记下原因'}（${first?.n} 位）`,
      NEXT[first?.state ?? ''] ?? '看日志里 send_welcome_msg 的错误码',
    )
  },
}

const sum = (rows: { n: number }[]): number => rows.reduce((total, { n }) => total + Number(n), 0)
