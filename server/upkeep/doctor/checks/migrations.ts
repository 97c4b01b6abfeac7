import { migrations as known } from '../../../../migrations/index.ts'
import { select, sql, words } from '../../../core/db/sql.ts'
import type { Check } from '../check.ts'
import { fail, ok } from '../finding.ts'

const WHAT = '表结构'

/** The tables are those of this version of the program: no step missing, none that we do not know. */
export const migrations: Check = {
  group: '数据',
  what: WHAT,
  look: async (context) => {
    const db = await context.db()
    const rows = await db
      .statement((tx) => tx.rows(sql`SELECT ${select({ name: words(sql`name`) })} FROM migrations`))
      // A new database has no such table yet.
      .catch(() => [])
    const done = new Set(rows.map(({ name }) => name))
    const ours = known.map(({ name }) => name)
    const missing = ours.filter((name) => !done.has(name))
    const foreign = [...done].filter((name) => !ours.includes(name))
    if (foreign.length > 0) {
      return fail(
        WHAT,
        `数据库比程序新：有 ${foreign.length} 步是这个版本不认识的`,
        '更新程序到最近运行过的版本，再启动；不要用旧程序跑新库',
      )
    }
    if (missing.length > 0) {
      return fail(WHAT, `还差 ${missing.length} 步没有升级`, '启动（或重启）服务，升级会自动做完')
    }
    return ok(WHAT, `${ours.length} 步都已升级`)
  },
}
