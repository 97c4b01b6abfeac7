import { MYSQL_POOL } from '../../../core/db/database-url.ts'
import type { Db } from '../../../core/db/db.ts'
import { list, type Sql, sql } from '../../../core/db/sql.ts'
import type { Check } from '../check.ts'
import { type Finding, fail, ok, warn } from '../finding.ts'

const WHAT = '数据库设置'

/** What a wrong setting of the database would cost: messages cut short, orders lost at a power cut, a pool that starves. */
export const databaseSettings: Check = {
  group: '数据',
  what: WHAT,
  look: async (context): Promise<Finding | Finding[]> => {
    const db = await context.db()
    return db.dialect === 'sqlite' ? sqlite(db) : mysql(db)
  },
}

// PRAGMA and SHOW VARIABLES list nothing that we choose: the shapes of their rows are the databases' own.

async function sqlite(db: Db): Promise<Finding> {
  const [mode, sync] = await db.statement(
    async (tx): Promise<[{ journal_mode: string } | undefined, { synchronous: number } | undefined]> => [
      await tx.row(sql`PRAGMA journal_mode` as Sql<{ journal_mode: string }>),
      await tx.row(sql`PRAGMA synchronous` as Sql<{ synchronous: number }>),
    ],
  )
  const isWal = mode?.journal_mode === 'wal'
  const isFull = sync !== undefined && sync.synchronous >= 2
  if (isWal && isFull) return ok(WHAT, '预写日志，每次提交都落盘')
  return warn(WHAT, '没有用预写日志或不是每次提交都落盘，断电可能丢数据', '把数据库文件放到本机磁盘，不要放网络盘')
}

const NAMES = [
  'transaction_isolation',
  'tx_isolation',
  'character_set_database',
  'character_set_connection',
  'max_connections',
  'sql_mode',
  'innodb_flush_log_at_trx_commit',
]

async function mysql(db: Db): Promise<Finding | Finding[]> {
  const rows = await db.statement((tx) =>
    tx.rows(sql`SHOW VARIABLES WHERE Variable_name IN ${list(NAMES)}` as Sql<{ Variable_name: string; Value: string }>),
  )
  const of = new Map(rows.map((row) => [row.Variable_name, row.Value]))
  const isolation = of.get('transaction_isolation') ?? of.get('tx_isolation') ?? '?'
  const most = Number(of.get('max_connections'))
  const findings: Finding[] = []
  if (isolation !== 'READ-COMMITTED') {
    findings.push(
      fail(WHAT, `连接的隔离级别是 ${isolation}`, '去掉中间的连接池对隔离级别的改动；活水自己会设成 READ-COMMITTED'),
    )
  }
  const charset = of.get('character_set_database')
  if (charset !== 'utf8mb4' || of.get('character_set_connection') !== 'utf8mb4') {
    findings.push(
      fail(
        WHAT,
        `库的字符集是 ${charset ?? '?'}，存不下表情符号`,
        '运行 ALTER DATABASE 库名 CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
      ),
    )
  }
  if (most < MYSQL_POOL + 1) {
    findings.push(
      fail(WHAT, `最多 ${most} 个连接，活水一个进程就要 ${MYSQL_POOL} 个`, '把数据库的 max_connections 调到 100 以上'),
    )
  }
  if (!/STRICT_(TRANS|ALL)_TABLES/.test(of.get('sql_mode') ?? '')) {
    findings.push(warn(WHAT, '没有开严格模式，太长的内容会被悄悄截断', '在 sql_mode 里加上 STRICT_TRANS_TABLES'))
  }
  if (of.get('innodb_flush_log_at_trx_commit') !== '1') {
    findings.push(
      warn(WHAT, '不是每次提交都落盘，断电会丢最后一秒的客户和订单', '把 innodb_flush_log_at_trx_commit 设成 1'),
    )
  }
  return findings.length > 0 ? findings : ok(WHAT, `${isolation}、utf8mb4、最多 ${most} 个连接`)
}
