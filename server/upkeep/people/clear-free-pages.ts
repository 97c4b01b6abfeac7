import { statSync } from 'node:fs'
import { sqliteFileOf } from '../../core/db/database-url.ts'
import type { Db } from '../../core/db/db.ts'
import { raw } from '../../core/db/sql.ts'

/** A larger file takes longer to write anew than the server waits for its turn. */
export const QUICK_BYTES = 256 * 1024 ** 2

/** `cleared`: nothing deleted stands in the files any more. `too-large`: it still may, until somebody asks for it in a quiet
 *  hour. `by-database`: MySQL clears its pages by itself. */
export type Cleared = 'cleared' | 'too-large' | 'by-database'

/** What SQLite has deleted stays in free pages and in the log until it is overwritten: the file is written anew, and the log
 *  emptied. Other writers wait meanwhile. `force`: however large it is. */
export async function clearFreePages(db: Db, databaseUrl: string, { force }: { force: boolean }): Promise<Cleared> {
  if (db.dialect !== 'sqlite') return 'by-database'
  const file = sqliteFileOf(databaseUrl)
  const bytes = file === undefined ? 0 : (statSync(file, { throwIfNoEntry: false })?.size ?? 0)
  if (bytes > QUICK_BYTES && !force) return 'too-large'
  await db.statement(async (tx) => {
    await tx.rows(raw('PRAGMA wal_checkpoint(TRUNCATE)'))
    await tx.run(raw('VACUUM'))
    await tx.rows(raw('PRAGMA wal_checkpoint(TRUNCATE)'))
  })
  return 'cleared'
}
