import type { Db } from '../core/db/db.ts'
import { count, pick, select, sql, words } from '../core/db/sql.ts'
import type { Tx } from '../core/db/tx.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { DAY_MS, MINUTE_MS, shanghaiText } from '../core/kernel/shanghai.ts'
import { DATABASE_REPLICA } from '../platform/deployment/deployment-tables.ts'
import type { Alerts } from '../records/alerts/alerts.ts'

/** A replica that is started anew fetches again within seconds; a machine within minutes. */
const MISSED_AFTER_MS = 10 * MINUTE_MS
/** After this it was taken away on purpose. */
const FORGOTTEN_AFTER_MS = 7 * DAY_MS

const R = DATABASE_REPLICA

/** Hosts that fetch the log of this database (MySQL, MariaDB) now, each once. Undefined: our account may not see the threads of
 *  others (the right PROCESS). */
export async function fetchingReplicas(db: Pick<Db, 'statement'>): Promise<string[] | undefined> {
  return db.statement(async (tx) => {
    const ours = await tx.row(
      sql`SELECT ${select({ n: count() })} FROM information_schema.USER_PRIVILEGES
          WHERE PRIVILEGE_TYPE = 'PROCESS' AND GRANTEE = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''')`,
    )
    if ((ours?.n ?? 0) === 0) return undefined
    const rows = await tx.rows(
      sql`SELECT ${select({ host: words(sql`HOST`) })} FROM information_schema.PROCESSLIST
          WHERE COMMAND IN ('Binlog Dump', 'Binlog Dump GTID')`,
    )
    // Behind the colon stands the port of the connection, another one each time.
    return [...new Set(rows.map(({ host }) => host.replace(/:\d+$/, '')))].sort()
  })
}

/** Replicas that came before and have not come for so long. */
export const missedReplicas = (tx: Tx, nowMs: number) =>
  tx.rows(
    sql`SELECT ${pick(R, 'host', 'seen_at')} FROM ${R} WHERE ${R.seen_at} <= ${nowMs - MISSED_AFTER_MS} ORDER BY ${R.host}`,
  )

const keyOf = (host: string): string => `database.replica:${host}`

/** A plain replica says nothing to its source and the source nothing of it: who fetched the log once and has not for minutes is an
 *  alert, told once. */
export function createReplicaWatch(deps: { db: Db; clock: Clock; alerts: Pick<Alerts, 'raise' | 'resolve'> }) {
  const { db, clock, alerts } = deps

  return async function look(): Promise<void> {
    const hosts = await fetchingReplicas(db)
    if (hosts === undefined) return
    await db.tx(async (tx) => {
      const nowMs = clock.now()
      for (const { host } of await tx.rows(sql`SELECT ${pick(R, 'host')} FROM ${R} WHERE ${R.missed} = 1`)) {
        if (hosts.includes(host)) await alerts.resolve(tx, keyOf(host))
      }
      if (hosts.length > 0)
        await tx.upsert(
          R,
          hosts.map((host) => ({ host, seen_at: nowMs, missed: 0 })),
          ['host'],
        )
      for (const { host, seen_at: seenAtMs } of await missedReplicas(tx, nowMs)) {
        if (nowMs - seenAtMs >= FORGOTTEN_AFTER_MS) {
          await tx.run(sql`DELETE FROM ${R} WHERE ${R.host} = ${host}`)
          await alerts.resolve(tx, keyOf(host))
          continue
        }
        // Once for each absence: whoever has taken it away crosses the alert off.
        const isNews = await tx.run(sql`UPDATE ${R} SET ${R.missed} = 1 WHERE ${R.host} = ${host} AND ${R.missed} = 0`)
        if (isNews === 0) continue
        await alerts.raise(tx, {
          key: keyOf(host),
          text: `数据库的备库 ${host} 从 ${shanghaiText(seenAtMs)} 以后没有再来取数据：主库这时坏掉，之后收下的都没有第二份`,
          todo: `看那台机器和复制有没有报错（在备库上 SHOW REPLICA STATUS）；不再用它，就 npm run -s alerts -- done ${keyOf(host)}`,
        })
      }
    })
  }
}
