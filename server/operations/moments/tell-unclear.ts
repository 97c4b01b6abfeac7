import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import type { MomentRunRow } from './moment-tables.ts'

/** Only a person can see whether it is there: nobody asks for it a second time. After a week nobody publishes it any more. Safe to repeat. */
export const tellUnclear = (
  tx: Tx,
  { alerts }: { alerts: Pick<Alerts, 'raise'> },
  run: Pick<MomentRunRow, 'id' | 'moment_name' | 'scheduled_at'>,
  nowMs: number,
): Promise<boolean> =>
  alerts.raise(tx, {
    key: `moment-unclear:${run.id}`,
    text: `不知道企业微信有没有建成朋友圈「${run.moment_name}」（${shanghaiText(run.scheduled_at)}）`,
    todo: `在管理后台「客户朋友圈」里看：已经有了就不用管；没有而还要发，给规则改一个时间。看过以后 npm run -s alerts -- done moment-unclear:${run.id}`,
    lapseAtMs: nowMs + 7 * DAY_MS,
  })
