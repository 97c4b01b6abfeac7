import { statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Db } from '../core/db/db.ts'
import { leftOut } from '../core/db/define-table.ts'
import { list, type Sql, sql } from '../core/db/sql.ts'
import { MINUTE_MS } from '../core/kernel/shanghai.ts'
import type { Job } from '../engine/jobs/job.ts'
import type { Alerts } from '../records/alerts/alerts.ts'
import { sqliteFile } from './doctor/doctor-context.ts'
import { STANDBY_NAMES, standbyTrouble } from './standby-trouble.ts'

/** A busy shop writes some MB an hour: days are left to act. */
const LITTLE_BYTES = 512 * 1024 ** 2
const DISK = 'database.disk'
const STANDBY = 'database.standby'

export interface DatabaseWatchDeps {
  db: Db
  alerts: Pick<Alerts, 'raise' | 'resolve' | 'queries'>
  databaseUrl: string
  /** Free bytes where this folder is. */
  freeBytes?: (folder: string) => Promise<number>
}

const freeBytesOf = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** What will soon be a trouble of the database while everything still goes on: a disk that fills up, a standby that no longer
 *  follows. That nothing can be stored at all is told otherwise (operations/alerts-out/store-alarm.ts). */
export function createDatabaseWatch({ db, alerts, databaseUrl, freeBytes = freeBytesOf }: DatabaseWatchDeps) {
  const tell = (key: string, said: { text: string; todo: string } | undefined): Promise<void> =>
    db.tx(async (tx) => {
      if (said !== undefined) await alerts.raise(tx, { key, ...said })
      else for (const open of await alerts.queries.openAmong(tx, [key])) await alerts.resolve(tx, open)
    })

  async function lookAtDisk(file: string): Promise<void> {
    const folder = dirname(resolve(file))
    const free = await freeBytes(folder)
    const text = `数据库所在的磁盘只剩 ${Math.floor(free / 1024 ** 2)} MB，满了以后什么都存不进去`
    await tell(DISK, free < LITTLE_BYTES ? { text, todo: '清理磁盘，或给数据盘扩容' } : undefined)
  }

  async function lookAtStandby(): Promise<void> {
    // SHOW lists nothing that we choose: the shape of its rows is the databases' own.
    const rows = await db.statement(async (tx) => {
      const named = sql`WHERE Variable_name IN ${list(STANDBY_NAMES)}`
      type Named = { Variable_name: string; Value: string }
      const variables = await tx.rows(sql`SHOW GLOBAL VARIABLES ${named}` as Sql<Named>)
      return [...variables, ...(await tx.rows(sql`SHOW GLOBAL STATUS ${named}` as Sql<Named>))]
    })
    await tell(STANDBY, standbyTrouble(new Map(rows.map((row) => [row.Variable_name.toLowerCase(), row.Value]))))
  }

  const job: Job = {
    name: 'alerts.database',
    everyMs: 5 * MINUTE_MS,
    dueAt: leftOut('a rehearsal runs on a copy'),
    run: async () => {
      const file = sqliteFile(databaseUrl)
      if (file !== undefined) await lookAtDisk(file)
      if (db.dialect === 'mysql') await lookAtStandby()
    },
  }
  return { jobs: [job] }
}
