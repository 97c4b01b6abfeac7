import { statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Db } from '../core/db/db.ts'
import { leftOut } from '../core/db/define-table.ts'
import { list, type Sql, sql } from '../core/db/sql.ts'
import { standbyUrlOf } from '../core/db/standby-url.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { MINUTE_MS } from '../core/kernel/shanghai.ts'
import type { Job } from '../engine/jobs/job.ts'
import type { Alerts } from '../records/alerts/alerts.ts'
import { sqliteFile } from './doctor/doctor-context.ts'
import { createReplicaWatch } from './replicas.ts'
import { standbyLag } from './standby-lag.ts'
import { STANDBY_NAMES, standbyTrouble } from './standby-trouble.ts'

/** A busy shop writes some MB an hour: days are left to act. */
const LITTLE_BYTES = 512 * 1024 ** 2
const DISK = 'database.disk'
const STANDBY = 'database.standby'
const LAG = 'database.lag'
const FAR_BEHIND_MS = MINUTE_MS

export interface DatabaseWatchDeps {
  db: Db
  clock: Clock
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
export function createDatabaseWatch(deps: DatabaseWatchDeps) {
  const { db, alerts, databaseUrl, freeBytes = freeBytesOf } = deps
  const lookAtReplicas = createReplicaWatch(deps)
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

  /** What stands only here is lost with this machine. */
  async function lookAtLag(standbyUrl: string): Promise<void> {
    const state = await standbyLag(standbyUrl, db)
    const todo = '看备库是不是在运行、复制有没有报错（在备库上 SHOW REPLICA STATUS）'
    if (state.kind === 'follows') {
      const text = `数据库的备库落后 ${Math.round(state.behindMs / 1_000)} 秒：主库这时坏掉，这段时间收下的就没有了`
      return tell(LAG, state.behindMs > FAR_BEHIND_MS ? { text, todo } : undefined)
    }
    const why = state.kind === 'empty' ? '备库里没有活水的数据' : `备库连不上（${state.code}）`
    await tell(LAG, { text: `DATABASE_URL 里写的${why}，不知道落后多少`, todo })
  }

  const job: Job = {
    name: 'alerts.database',
    everyMs: 5 * MINUTE_MS,
    dueAt: leftOut('a rehearsal runs on a copy'),
    run: async () => {
      const file = sqliteFile(databaseUrl)
      if (file !== undefined) await lookAtDisk(file)
      if (db.dialect !== 'mysql') return
      await lookAtStandby()
      await lookAtReplicas()
      const standbyUrl = standbyUrlOf(databaseUrl)
      if (standbyUrl !== undefined) await lookAtLag(standbyUrl)
    },
  }
  return { jobs: [job] }
}
