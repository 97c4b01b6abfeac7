import type { Db } from '../../core/db/db.ts'
import { fileAuthor } from '../../rules/files/file-author.ts'
import { formatFault, type RuleFault } from '../../rules/files/rule-fault.ts'
import { staffQueries } from '../staff/staff-queries.ts'
import type { Alerts } from './alerts.ts'

const KEY = 'rules.faults'
const MOST_NAMED = 5
/** Whose files are looked at for who saved them. */
const MOST_FILES = 20

/** Rule files that cannot be used: whoever saved one hears of it, and that the rules of before go on; other faults than
 *  before are other news; closed once all are mended. Another file's fault holds up everybody's changes, so all are named.
 *  `folder`: of the rule files. */
export function createRuleAlerts({ db, alerts, folder }: { db: Pick<Db, 'tx'>; alerts: Alerts; folder: string }) {
  /** Names of those who saved these files, as far as the folder tells: a name of the deployment's, or of an account. */
  async function authorsOf(faults: readonly RuleFault[]): Promise<string[]> {
    const files = [...new Set(faults.map(({ file }) => file))].slice(0, MOST_FILES)
    const authors = await Promise.all(files.map((file) => fileAuthor(folder, file)))
    return [...new Set(authors.flatMap(({ name }) => name ?? []))]
  }

  return async (faults: readonly RuleFault[]): Promise<void> => {
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
    const authors = await authorsOf(faults)
    await db.tx(async (tx) => {
      const alsoTo = await staffQueries.userIdsOf(tx, authors)
      await alerts.raise(tx, { key: KEY, text, todo, alsoTo, isNewsWhenChanged: true })
    })
  }
}
