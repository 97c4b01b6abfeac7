import type { Db } from '../../core/db/db.ts'
import { formatFault, type RuleFault } from '../../rules/files/rule-fault.ts'
import type { Alerts } from './alerts.ts'

const KEY = 'rules.faults'
const MOST_NAMED = 5

/** Rule files that cannot be used: whoever saved one hears of it, and that the rules of before go on; closed once they are
 *  mended. Another file's fault holds up everybody's changes, so all are named. */
export const createRuleAlerts =
  ({ db, alerts }: { db: Pick<Db, 'tx'>; alerts: Alerts }) =>
  async (faults: readonly RuleFault[]): Promise<void> => {
    if (faults.length === 0) {
      await db.tx(async (tx) => {
        for (const key of await alerts.queries.openAmong(tx, [KEY])) await alerts.resolve(tx, key)
      })
      return
    }
    const named = faults.slice(0, MOST_NAMED).map((fault) => formatFault(fault))
    const more = faults.length > MOST_NAMED ? `\n……共 ${faults.length} 处` : ''
    const text = `规则文件有错，改动没有生效，还在用上一版规则：\n${named.join('\n')}${more}`
    const todo = '改好上面的文件再保存；运行 npm run -s sop -- check 看全部'
    await db.tx((tx) => alerts.raise(tx, { key: KEY, text, todo }))
  }
