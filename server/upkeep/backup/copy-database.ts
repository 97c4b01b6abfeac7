import { existsSync } from 'node:fs'
import { chmod, copyFile, open, rename, rm } from 'node:fs/promises'
import { sqliteFileOf } from '../../core/db/database-url.ts'
import type { Db } from '../../core/db/db.ts'
import { specOf } from '../../core/db/define-table.ts'
import { holdDatabase } from '../../core/db/hold-database.ts'
import { raw, select, sql, words } from '../../core/db/sql.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import { LIVE_PROCESS } from '../../platform/deployment/deployment-tables.ts'
import { countLive } from '../../platform/deployment/live-processes.ts'
import { runMysqlProgram } from './mysql-program.ts'

/** Writes the whole database as of one instant to a file, while the server goes on. */
export async function dumpDatabase(db: Db, databaseUrl: string, file: string): Promise<void> {
  if (db.dialect === 'sqlite') {
    await db.statement((tx) => tx.run(raw('VACUUM INTO ?', [file])))
    await chmod(file, 0o600)
    return
  }
  const args = ['--single-transaction', '--quick', '--skip-lock-tables', '--no-tablespaces', '--hex-blob', '--triggers']
  await runMysqlProgram('dump', databaseUrl, { args, file })
}

/** Puts a dump of SQLite in the place of the file, which is kept beside it under the name that this gives; undefined where
 *  there was none. Throws db.held while a server runs. */
export async function loadSqliteFile(databaseUrl: string, dump: string, nowMs: number): Promise<string | undefined> {
  const file = sqliteFileOf(databaseUrl)
  if (file === undefined) throw new AppError('db.bad-url', 'the database is in memory')
  const letGo = holdDatabase(databaseUrl, { pid: process.pid, address: 'backup restore' })
  try {
    const draft = `${file}.restoring`
    await copyFile(dump, draft)
    await chmod(draft, 0o600)
    const handle = await open(draft, 'r+')
    await handle.sync()
    await handle.close()
    const before = existsSync(file)
      ? `${file}.before-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`
      : undefined
    // Its log belongs to it: beside another file it would be played into that one.
    for (const end of ['', '-wal', '-shm']) {
      if (before !== undefined && existsSync(`${file}${end}`)) await rename(`${file}${end}`, `${before}${end}`)
      else await rm(`${file}${end}`, { force: true })
    }
    await rename(draft, file)
    return before
  } finally {
    letGo()
  }
}

/** Puts a dump of MySQL in the place of all tables. Throws backup.server-runs while a process of ours lives. */
export async function loadMysqlDump(db: Db, databaseUrl: string, dump: string): Promise<void> {
  const tables = await db.statement((tx) =>
    tx.rows(
      sql`SELECT ${select({ name: words(sql`table_name`) })} FROM information_schema.tables WHERE table_schema = DATABASE()`,
    ),
  )
  // Where the table is, whoever cannot be counted may live.
  const living = tables.some(({ name }) => name === specOf(LIVE_PROCESS).name) ? await db.view(countLive) : 0
  if (living > 0) {
    const zh = `还有 ${living} 个活水服务在用这个数据库：先全部停掉，过 20 秒再恢复`
    throw new AppError('backup.server-runs', `${living} processes live`, { zh })
  }
  await db.statement(async (tx) => {
    for (const { name } of tables) await tx.run(raw(`DROP TABLE \`${name.replaceAll('`', '``')}\``))
  })
  await runMysqlProgram('load', databaseUrl, { args: [], file: dump })
}
