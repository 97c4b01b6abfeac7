import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PrivateMariadb, startPrivateMariadb } from '../../bench/private-mariadb.ts'
import { until } from '../../bench/waiting.ts'
import { migrations } from '../../migrations/index.ts'
import { createDb, type Db } from '../core/db/db.ts'
import { standbyUrlOf } from '../core/db/standby-url.ts'
import { createSettableClock } from '../core/kernel/clock.ts'
import { createLogger } from '../core/kernel/logger.ts'
import { DAY_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import { createLiveProcesses } from '../platform/deployment/live-processes.ts'
import { createAlerts } from '../records/alerts/alerts.ts'
import { createDatabaseWatch } from './database-watch.ts'
import { openDoctor } from './doctor/testing/open-doctor.ts'
import { fetchingReplicas } from './replicas.ts'
import { standbyLag } from './standby-lag.ts'

it.each([
  ['sqlite:./data/huoshui.db', undefined],
  ['mysql://u:p@db1:3306/huoshui', undefined],
  ['mysql://u:p@db1:3306/huoshui?standby=db2', 'mysql://u:p@db2/huoshui'],
  ['mysql://u:p@db1/huoshui?ssl=verify-ca&standby=db2:3307', 'mysql://u:p@db2:3307/huoshui?ssl=verify-ca'],
])('%s names the standby %s', (url, standby) => {
  expect(standbyUrlOf(url)).toBe(standby)
})

describe.runIf(process.env.TEST_MYSQL_URL)('a MariaDB with a plain replica', () => {
  let source: PrivateMariadb
  let replica: PrivateMariadb
  let db: Db
  const clock = createSettableClock('2026-11-22T09:00:00+08:00')
  const alerts = createAlerts({ clock })
  let databaseUrl: string
  /** As the source calls it: by its name where that is known. */
  let host: string

  async function onReplica(statement: string): Promise<void> {
    const connection = await createConnection(replica.url)
    await connection.query(statement)
    await connection.end()
  }
  const onSource = async (statement: string): Promise<void> => {
    const connection = await createConnection(source.url)
    await connection.query(statement)
    await connection.end()
  }
  const isFetching = (wanted: boolean) =>
    until(
      'the replica fetches, or no longer',
      20_000,
      async () => ((await fetchingReplicas(db))?.length === 1) === wanted,
    )

  beforeAll(async () => {
    source = await startPrivateMariadb({ options: ['--log-bin=binlog', '--server-id=1', '--binlog-format=ROW'] })
    replica = await startPrivateMariadb({ options: ['--server-id=2', '--slave-net-timeout=2'] })
    await onSource('CREATE DATABASE huoshui CHARACTER SET utf8mb4 COLLATE utf8mb4_bin')
    databaseUrl = `${source.url}/huoshui?standby=127.0.0.1:${new URL(replica.url).port}`
    await onReplica(
      `CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=${new URL(source.url).port}, MASTER_USER='root',
         MASTER_CONNECT_RETRY=1, MASTER_LOG_FILE='binlog.000001', MASTER_LOG_POS=4`,
    )
    await onReplica('START SLAVE')
    db = createDb(databaseUrl, migrations)
    await db.migrate()
    await isFetching(true)
    host = (await fetchingReplicas(db))?.[0] ?? ''
  })
  afterAll(async () => {
    await db?.close()
    await replica?.close()
    await source?.close()
  })

  async function look(): Promise<string[]> {
    for (const job of createDatabaseWatch({ db, clock, alerts, databaseUrl }).jobs) await job.run()
    return (await db.tx((tx) => alerts.queries.open(tx))).map(({ key, text }) => `${key} ${text}`)
  }
  /** As the server does every five seconds. */
  const live = () => createLiveProcesses({ db, clock, log: createLogger({ level: 'silent' }), instance: 'one' }).tell()
  const caughtUp = async (): Promise<void> => {
    await until('the replica has the newest row', 20_000, async () => {
      const state = await standbyLag(standbyUrlOf(databaseUrl) ?? '', db)
      return state.kind === 'follows' && state.behindMs === 0
    })
  }

  it('is seen, missed after ten minutes, told once, and back', async () => {
    await live()
    await caughtUp()
    expect(await look()).toEqual([])
    await onReplica('STOP SLAVE IO_THREAD')
    await isFetching(false)
    clock.advance(9 * MINUTE_MS)
    const ofReplica = async () => (await look()).filter((line) => line.startsWith('database.replica'))
    expect(await ofReplica()).toEqual([])
    clock.advance(MINUTE_MS)
    const told = `database.replica:${host} 数据库的备库 ${host} 从 2026-11-22 09:00 以后没有再来取数据：主库这时坏掉，之后收下的都没有第二份`
    expect(await ofReplica()).toEqual([told])
    // Whoever took it away crosses it off, and is not told again; whoever did not sees it closed when it is back.
    await db.tx((tx) => alerts.resolve(tx, `database.replica:${host}`))
    clock.advance(MINUTE_MS)
    expect(await ofReplica()).toEqual([])
    await onReplica('START SLAVE IO_THREAD')
    await isFetching(true)
    expect(await ofReplica()).toEqual([])
    await onReplica('STOP SLAVE IO_THREAD')
    await isFetching(false)
    clock.advance(10 * MINUTE_MS)
    expect(await ofReplica()).toHaveLength(1)
    clock.advance(7 * DAY_MS)
    expect(await ofReplica()).toEqual([])
    await onReplica('START SLAVE IO_THREAD')
    await isFetching(true)
  })

  it('that takes things in late is named with its seconds, one that cannot be reached too', async () => {
    await live()
    await caughtUp()
    const ofLag = async () => (await look()).filter((line) => line.startsWith('database.lag'))
    expect(await ofLag()).toEqual([])
    await onReplica('STOP SLAVE SQL_THREAD')
    clock.advance(90_000)
    await live()
    expect(await ofLag()).toEqual([expect.stringContaining('备库落后 90 秒')])
    await onReplica('START SLAVE SQL_THREAD')
    await caughtUp()
    expect(await ofLag()).toEqual([])
    // Whose clock is an hour ahead of the database's sees nobody lag.
    clock.advance(60 * MINUTE_MS)
    expect(await ofLag()).toEqual([])
    clock.advance(-59 * MINUTE_MS)
    const away = createDatabaseWatch({ db, clock, alerts, databaseUrl: `${source.url}/huoshui?standby=127.0.0.1:1` })
    for (const job of away.jobs) await job.run()
    expect((await db.tx((tx) => alerts.queries.open(tx))).map(({ text }) => text)).toEqual([
      'DATABASE_URL 里写的备库连不上（ECONNREFUSED），不知道落后多少',
    ])
  })

  it('is in the doctor’s report; an account that may not see says so', async () => {
    await live()
    await caughtUp()
    const t = await openDoctor()
    try {
      const about = async (url: string) =>
        (await t.about('备库', { DATABASE_URL: url })).map(({ state, why }) => `${state} ${why}`)
      const seen = await about(databaseUrl)
      expect(seen).toContain(`ok ${host} 在取数据`)
      expect(seen).toContainEqual(expect.stringMatching(/备库落后/))
      await onSource("CREATE USER small@'127.0.0.1' IDENTIFIED BY 'x'")
      await onSource("GRANT ALL ON huoshui.* TO small@'127.0.0.1'")
      const { port } = new URL(source.url)
      expect(await about(`mysql://small:x@127.0.0.1:${port}/huoshui`)).toContainEqual(
        expect.stringContaining('unknown 数据库账号没有 PROCESS 权限，看不到是哪几台备库在取数据'),
      )
    } finally {
      await t.close()
    }
  })
})
