import { migrations } from '../../../migrations/index.ts'
import { mayHaveDatabase, sqliteFileOf } from '../../core/db/database-url.ts'
import { createDb, type Db } from '../../core/db/db.ts'
import { select, sql, words } from '../../core/db/sql.ts'
import { AppError } from '../../core/kernel/app-error.ts'

const START = '先启动一次服务（npm run server 或 ./scripts/start），或者让 DATABASE_URL 指向服务正在用的数据库。'

/** The database of the server, as the server has made it: a command makes none and migrates none. Throws cli.no-database
 *  where there is none, or an older one; the driver's error where it cannot be read. */
export async function openDatabase(databaseUrl: string): Promise<Db> {
  const file = sqliteFileOf(databaseUrl)
  if (!mayHaveDatabase(databaseUrl)) throw noDatabase(`没有数据库文件 ${file ?? '（内存）'}。${START}`)
  const db = createDb(databaseUrl, migrations)
  try {
    const done = await migrationsOf(db)
    const missing = migrations.filter(({ name }) => !done.has(name)).length
    if (done.size === 0) throw noDatabase(`数据库里还什么都没有：服务没有在上面运行过。${START}`)
    if (missing > 0) {
      throw noDatabase(`数据库比程序旧，还差 ${missing} 步升级：启动（或重启）服务会自动升级，然后再运行一次。`)
    }
    return db
  } catch (error) {
    await db.close()
    throw error
  }
}

const noDatabase = (zh: string): AppError => new AppError('cli.no-database', 'no database to work with', { zh })

/** Names of what the server has migrated; none where it never did. */
async function migrationsOf(db: Db): Promise<Set<string>> {
  await db.connect()
  const rows = await db
    .statement((tx) => tx.rows(sql`SELECT ${select({ name: words(sql`name`) })} FROM migrations`))
    .catch((error: unknown) => {
      const text = String(error)
      if (/no such table|doesn't exist/.test(text)) return []
      throw error
    })
  return new Set(rows.map(({ name }) => name))
}
