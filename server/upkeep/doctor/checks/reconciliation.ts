import { HOUR_MS, shanghaiText } from '../../../core/kernel/shanghai.ts'
import { syncRuns } from '../../sync/sync-run.ts'
import type { Check } from '../check.ts'
import { ok, unknown, warn } from '../finding.ts'

const WHAT = '每夜核对'
/** Two nights missed. */
const LONG_MS = 50 * HOUR_MS
/** A few callbacks get lost at every corp; so many, and something between WeCom and us is wrong. */
const MANY = 50

/** Whether the nightly reconciliation runs, and whether it finds more than it should. */
export const reconciliation: Check = {
  group: '运行',
  what: WHAT,
  look: async (context) => {
    const db = await context.db()
    const { first, run } = await db.tx(async (tx) => ({
      first: await syncRuns.newest(tx, 'first'),
      run: await syncRuns.newestEnded(tx, 'reconcile'),
    }))
    if (first === undefined) return unknown(WHAT, '全量同步还没有开始')
    const lastMs = run?.finishedAtMs ?? first.startedAtMs
    const seen = run === undefined ? '还没有做过' : `上次在 ${shanghaiText(lastMs)}`
    if (context.clock.now() - lastMs > LONG_MS) {
      return warn(
        WHAT,
        `${seen}，已经漏了两夜，丢了的回调没有补上`,
        '凌晨 3 到 5 点让服务开着；现在先运行 npm run -s reconcile',
      )
    }
    if (run === undefined) return ok(WHAT, '还没有做过，今夜 3 到 5 点会做第一次')
    if (run.state === 'partial') {
      return warn(
        WHAT,
        `${seen}，有 ${run.gaps} 处没读到`,
        '先解决上面「导购」和「接口权限」的问题，再运行 npm run -s reconcile',
      )
    }
    if (run.found > MANY) {
      return warn(WHAT, `${seen}，补上了 ${run.found} 项漏掉的变化，漏得太多`, '先解决上面「公网与回调」一组的问题')
    }
    return ok(WHAT, run.found === 0 ? `${seen}，没有漏掉的` : `${seen}，补上了 ${run.found} 项漏掉的变化`)
  },
}
