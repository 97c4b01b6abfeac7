import { migrations } from '../../../migrations/index.ts'
import { createDb, type Db } from '../../core/db/db.ts'

/** An empty migrated database in memory, gone when it is closed. */
export async function openScratch(): Promise<Db> {
  const scratch = createDb('sqlite::memory:', migrations, { isOwn: true })
  await scratch.migrate()
  // Nothing of it outlives the process, so nothing need be safe on a disk.
  for (const pragma of ['journal_mode = OFF', 'synchronous = OFF']) await scratch.source.query(`PRAGMA ${pragma}`)
  return scratch
}
