import { setTimeout as pause } from 'node:timers/promises'
import { type PrivateMariadb, startPrivateMariadb } from '../private-mariadb.ts'
import { until } from '../waiting.ts'
import { ask } from './ask.ts'

const FOLLOWS_WITHIN_MS = 30_000

/** As docs/ha.md writes it: nothing is answered before the standby has it, and whoever starts takes no writes. */
const OPTIONS = [
  '--log-bin=binlog',
  '--log-slave-updates=ON',
  '--gtid-strict-mode=ON',
  '--binlog-format=ROW',
  '--sync-binlog=1',
  '--innodb-flush-log-at-trx-commit=1',
  '--read-only=ON',
  // Only the primary waits for an answer, and it is told so; a standby that waited for one of its own would follow nobody.
  '--rpl-semi-sync-slave-enabled=ON',
  '--rpl-semi-sync-master-wait-point=AFTER_SYNC',
  // Longer than a fail-over: nothing is answered meanwhile that one server alone has.
  '--rpl-semi-sync-master-timeout=60000',
]

export interface Pair {
  primary: PrivateMariadb
  standby: PrivateMariadb
  /** The standby takes what it still has on its way, and then writes: what a person or an orchestrator does. */
  promote(): Promise<void>
  /** The primary stops taking writes, its connections stay; then the standby is promoted. */
  switchOver(): Promise<void>
  close(): Promise<void>
}

/** A primary and a semi-synchronous standby. */
export async function startPair(): Promise<Pair> {
  const serverOf = (id: number): Promise<PrivateMariadb> =>
    startPrivateMariadb({ options: [...OPTIONS, `--server-id=${id}`] })
  const [primary, standby] = await Promise.all([serverOf(1), serverOf(2)])
  await ask(primary.url, 'SET GLOBAL read_only = OFF')
  await ask(primary.url, `CREATE USER follower@'127.0.0.1'`)
  await ask(primary.url, `GRANT REPLICATION SLAVE ON *.* TO follower@'127.0.0.1'`)
  // What each has of its own making is none of the other's.
  await ask(standby.url, 'RESET MASTER')
  await ask(
    standby.url,
    `CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = ${new URL(primary.url).port}, MASTER_USER = 'follower',
     MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1`,
  )
  await ask(standby.url, 'START SLAVE')
  await ask(primary.url, 'SET GLOBAL rpl_semi_sync_master_enabled = ON')
  await until('the standby follows', FOLLOWS_WITHIN_MS, async () => {
    const rows = await ask<{ Value: string }>(primary.url, `SHOW STATUS LIKE 'Rpl_semi_sync_master_clients'`)
    return rows[0]?.Value === '1'
  })

  /** All that came in is carried out. */
  const isCaughtUp = async (): Promise<boolean> => {
    const [said] = await ask<Record<string, string>>(standby.url, 'SHOW SLAVE STATUS')
    return said?.Slave_SQL_Running_State?.includes('has read all relay log') === true
  }
  async function promote(): Promise<void> {
    await ask(standby.url, 'STOP SLAVE IO_THREAD')
    await until('the standby has carried out what it has', FOLLOWS_WITHIN_MS, isCaughtUp)
    await ask(standby.url, 'STOP SLAVE')
    await ask(standby.url, 'RESET SLAVE ALL')
    await ask(standby.url, 'SET GLOBAL read_only = OFF')
  }
  return {
    primary,
    standby,
    promote,
    switchOver: async () => {
      const isReadOnly = ask(primary.url, 'SET GLOBAL read_only = ON')
      // It waits for transactions that wait for it, also for those of who was ended and came back: each second until it is through.
      const inTime = (): Promise<boolean> => Promise.race([isReadOnly.then(() => true), pause(1_000, false)])
      while (!(await inTime())) await ask(primary.url, 'KILL USER guide@localhost')
      const [at] = await ask<{ gtid: string }>(primary.url, 'SELECT @@gtid_binlog_pos AS gtid')
      await ask(standby.url, `SELECT MASTER_GTID_WAIT('${at?.gtid ?? ''}', 20)`)
      await promote()
    },
    close: async () => {
      await Promise.all([primary.close(), standby.close()])
    },
  }
}
