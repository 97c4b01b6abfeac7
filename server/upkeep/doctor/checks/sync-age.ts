import { HOUR_MS, shanghaiText } from '../../../core/kernel/shanghai.ts'
import { syncRuns } from '../../sync/sync-run.ts'
import type { Check } from '../check.ts'
import { ok, unknown, warn } from '../finding.ts'

const WHAT = '全量同步'
const LONG_MS = 24 * HOUR_MS

/** Whether the corp's customers were read to the end. */
export const syncAge: Check = {
  group: '运行',
  what: WHAT,
  look: async (context) => {
    const db = await context.db()
    const runs = await db.tx(async (tx) => [await syncRuns.newest(tx, 'sync'), await syncRuns.newest(tx, 'first')])
    // One that was asked for stands in for the first.
    const run = runs.find((one) => one !== undefined)
    if (run === undefined) return unknown(WHAT, '还没有开始，服务第一次启动后会自己做')
    const { state, startedAtMs, finishedAtMs, parts, partsDone } = run
    if (state === 'failed') {
      return warn(WHAT, '读企业微信的成员时被拒了', '先解决上面「企业微信」一组的问题，一小时内服务会自己再试')
    }
    if (finishedAtMs === undefined) {
      const text = `从 ${shanghaiText(startedAtMs)} 开始，做完 ${partsDone}/${parts} 份`
      if (context.clock.now() - startedAtMs < LONG_MS) return ok(WHAT, text)
      return warn(WHAT, `${text}，超过一天了`, '看上面「企业微信」一组有没有限流，再看服务是不是在运行')
    }
    if (state === 'partial') {
      return warn(
        WHAT,
        `${shanghaiText(finishedAtMs)} 做完，但有的导购的客户没读到`,
        '先解决上面「导购」的问题，再运行 npm run -s sync',
      )
    }
    return ok(WHAT, `${shanghaiText(finishedAtMs)} 做完`)
  },
}
