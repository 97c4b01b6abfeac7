import { shanghaiText } from '../../../core/kernel/shanghai.ts'
import { createAlertQueries } from '../../../records/alerts/alert-queries.ts'
import type { Check } from '../check.ts'
import { type Finding, ok, warn } from '../finding.ts'

const WHAT = '待处理'
const MOST = 10

/** What the running server has put up for a person. */
export const alerts: Check = {
  group: '运行',
  what: WHAT,
  look: async (context): Promise<Finding | Finding[]> => {
    const db = await context.db()
    const open = await db.tx((tx) => createAlertQueries(context.clock).open(tx))
    if (open.length === 0) return ok(WHAT, '没有')
    const shown = open
      .slice(0, MOST)
      .map(({ text, todo, sinceMs }) => warn(WHAT, `${text}（从 ${shanghaiText(sinceMs)} 起）`, todo))
    if (open.length > MOST) {
      shown.push(warn(WHAT, `还有 ${open.length - MOST} 件`, '运行 npm run -s alerts 看全部'))
    }
    return shown
  },
}
