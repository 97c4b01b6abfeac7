import type { Db } from '../../../core/db/db.ts'
import { byDialect, select, sql, words } from '../../../core/db/sql.ts'
import type { Check } from '../check.ts'
import { CannotLook, fail, ok } from '../finding.ts'

const WHAT = '数据库'

const CODES: Record<string, { why: string; next: string }> = {
  ECONNREFUSED: { why: '数据库拒绝连接，多半没有启动', next: '启动 MySQL / MariaDB，核对 DATABASE_URL 的主机和端口' },
  ENOTFOUND: { why: '数据库的主机名解析不了', next: '核对 DATABASE_URL 里的主机名' },
  EAI_AGAIN: { why: '数据库的主机名解析不了', next: '核对 DATABASE_URL 里的主机名' },
  ETIMEDOUT: { why: '数据库没有应答', next: '放行本机到数据库端口的防火墙和安全组' },
  PROTOCOL_CONNECTION_LOST: { why: '数据库断开了连接', next: '看数据库是不是在重启，它的错误日志里写着原因' },
  ECONNRESET: { why: '数据库断开了连接', next: '看数据库是不是在重启，它的错误日志里写着原因' },
  ER_ACCESS_DENIED_ERROR: { why: '数据库的用户名或密码不对', next: '改好 DATABASE_URL 里的用户和密码，然后重启' },
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: {
    why: '数据库的用户名或密码不对',
    next: '改好 DATABASE_URL 里的用户和密码，然后重启',
  },
  ER_DBACCESS_DENIED_ERROR: {
    why: '这个用户没有这个库的权限',
    next: '给 DATABASE_URL 里的用户授权：GRANT ALL ON 库名.*',
  },
  ER_BAD_DB_ERROR: {
    why: '数据库里没有这个库',
    next: '运行 CREATE DATABASE 库名 CHARACTER SET utf8mb4，名字见 DATABASE_URL',
  },
  ER_CON_COUNT_ERROR: { why: '数据库的连接用完了', next: '调大数据库的 max_connections' },
  'db.bad-url': {
    why: 'DATABASE_URL 的写法不对',
    next: '写成 sqlite:./data/huoshui.db 或 mysql://用户:密码@主机:3306/库名',
  },
  SQLITE_CANTOPEN: { why: '打不开数据库文件', next: '检查文件和文件夹的读写权限' },
  SQLITE_NOTADB: { why: '那个文件不是 SQLite 数据库', next: '核对 DATABASE_URL；若文件坏了，从备份恢复' },
  SQLITE_CORRUPT: { why: '数据库文件坏了', next: '停掉服务，从备份恢复数据库文件' },
}

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
      const known = CODES[code]
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
