import type { Db } from '../../../core/db/db.ts'
import { byDialect, select, sql, words } from '../../../core/db/sql.ts'
import type { Check } from '../check.ts'
import { databaseFault } from '../database-fault.ts'
import { CannotLook, fail, ok } from '../finding.ts'

const WHAT = '数据库'

/** Reached, and of a version that our SQL was tried on. */
export const database: Check = {
  group: '数据',
  what: WHAT,
  look: async (context) => {
    let db: Db
    try {
      db = await context.connect()
    } catch (error) {
      if (error instanceof CannotLook) throw error
      const code = error instanceof Error && 'code' in error ? String(error.code) : '没有错误码'
      const known = databaseFault(code)
      if (known !== undefined) return fail(WHAT, `${known.why}（${code}）`, known.next)
      return fail(WHAT, `连不上（${code}）`, '核对 DATABASE_URL，再看数据库自己的日志')
    }
    const version = await versionOf(db)
    if (db.dialect === 'sqlite') return ok(WHAT, `SQLite ${version}`)
    const isMariaDb = /mariadb/i.test(version)
    const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
    const isNewEnough = isMariaDb ? major > 10 || (major === 10 && minor >= 6) : major >= 8
    const name = `${isMariaDb ? 'MariaDB' : 'MySQL'} ${version.split('-')[0]}`
    if (isNewEnough) return ok(WHAT, name)
    return fail(WHAT, `${name} 太旧，活水用到的锁它没有`, '升级到 MySQL 8 或 MariaDB 10.6 以上')
  },
}

async function versionOf(db: Db): Promise<string> {
  const version = words(byDialect({ sqlite: sql`sqlite_version()`, mysql: sql`VERSION()` }))
  const row = await db.statement((tx) => tx.row(sql`SELECT ${select({ version })}`))
  return row?.version ?? '?'
}
