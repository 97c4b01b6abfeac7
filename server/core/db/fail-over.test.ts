import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PrivateMariadb, startPrivateMariadb } from '../../../bench/private-mariadb.ts'
import { openTcpGate } from '../../testing/tcp-gate.ts'
import { createDb, type Db } from './db.ts'
import { number, raw, select, sql } from './sql.ts'

/** Two servers, of which one takes writes. The data of the one does not come to the other: what is looked at is where rows go. */
describe.runIf(process.env.TEST_MYSQL_URL)('a database of two servers', () => {
  let servers: PrivateMariadb[] = []
  const ends: (() => Promise<unknown>)[] = []
  beforeAll(async () => {
    servers = await Promise.all([startPrivateMariadb(), startPrivateMariadb()])
    for (const nth of [0, 1]) {
      await ask(nth, 'CREATE DATABASE shop')
      await ask(nth, 'CREATE TABLE shop.row_of (id int)')
      await ask(nth, 'CREATE USER guide@localhost')
      await ask(nth, 'GRANT ALL ON shop.* TO guide@localhost')
    }
  })
  afterAll(async () => {
    for (const end of ends.splice(0).reverse()) await end()
    await Promise.all(servers.map((server) => server.close()))
  })

  async function ask(nth: number, text: string): Promise<Record<string, unknown>[]> {
    const connection = await createConnection(servers[nth]?.url ?? '')
    const [rows] = await connection.query(text)
    await connection.end()
    return rows as Record<string, unknown>[]
  }
  const setWriter = async (writer: number): Promise<void> => {
    for (const nth of [0, 1]) await ask(nth, 'TRUNCATE shop.row_of').catch(() => undefined)
    for (const nth of [0, 1]) await ask(nth, `SET GLOBAL read_only = ${nth === writer ? 0 : 1}`)
  }
  const portOf = (nth: number): number => Number(new URL(servers[nth]?.url ?? '').port)
  const rowsOf = async (nth: number): Promise<number> =>
    Number((await ask(nth, 'SELECT COUNT(*) AS n FROM shop.row_of'))[0]?.n)
  const put = (db: Db): Promise<number> => db.tx((tx) => tx.run(raw('INSERT INTO row_of VALUES (1)')))

  function open(url: string): Db {
    const db = createDb(url, [])
    ends.push(() => db.close())
    return db
  }

  it('of several hosts the one that takes writes is used, also by who may write to a standby; and after a switch the other', async () => {
    await setWriter(1)
    const db = open(`mysql://root@127.0.0.1:${portOf(0)},127.0.0.1:${portOf(1)}/shop`)
    await Promise.all(Array.from({ length: 5 }, () => put(db)))
    expect([await rowsOf(0), await rowsOf(1)]).toEqual([0, 5])

    const guide = open(`mysql://guide@127.0.0.1:${portOf(1)},127.0.0.1:${portOf(0)}/shop`)
    await Promise.all(Array.from({ length: 5 }, () => put(guide)))
    await setWriter(0)
    await Promise.all(Array.from({ length: 5 }, () => put(guide)))
    expect([await rowsOf(0), await rowsOf(1)]).toEqual([5, 0])
  })

  it('one address behind which the writer changes while connections stay: the next one goes to the new writer', async () => {
    await setWriter(0)
    const target = { host: '127.0.0.1', port: portOf(0) }
    const gate = await openTcpGate(target)
    ends.push(gate.close)
    const db = open(`mysql://guide@127.0.0.1:${gate.port}/shop`)
    await Promise.all(Array.from({ length: 5 }, () => put(db)))
    await setWriter(1)
    target.port = portOf(1)
    await Promise.all(Array.from({ length: 5 }, () => put(db)))
    expect([await rowsOf(0), await rowsOf(1)]).toEqual([0, 5])
    // One statement that is its own commit as well.
    await setWriter(0)
    target.port = portOf(0)
    expect(await db.statement((tx) => tx.run(raw('INSERT INTO row_of VALUES (2)')))).toBe(1)
    expect([await rowsOf(0), await rowsOf(1)]).toEqual([1, 0])
  })

  it('a host that vanishes without a word: what hangs on it is asked of the one that has its address now', async () => {
    await setWriter(0)
    // A connection has another number on each server.
    for (let n = 0; n < 50; n++) await ask(0, 'SELECT 1')
    const target = { host: '127.0.0.1', port: portOf(0) }
    const gate = await openTcpGate(target)
    ends.push(gate.close)
    const db = open(`mysql://guide@127.0.0.1:${gate.port}/shop`)
    await Promise.all(Array.from({ length: 3 }, () => put(db)))
    await setWriter(1)
    gate.fallSilent()
    const hanging = Promise.all(Array.from({ length: 3 }, () => put(db)))
    target.port = portOf(1)
    gate.open()
    const began = performance.now()
    await hanging
    // Not only when the driver's patience of 20 s is over.
    expect(performance.now() - began).toBeLessThan(15_000)
    expect([await rowsOf(0), await rowsOf(1)]).toEqual([0, 3])
  })

  it('of two hosts one vanishes without a word: what hangs on it is asked of the other', async () => {
    await setWriter(0)
    const gate = await openTcpGate({ host: '127.0.0.1', port: portOf(0) })
    ends.push(gate.close)
    const db = open(`mysql://guide@127.0.0.1:${gate.port},127.0.0.1:${portOf(1)}/shop`)
    await Promise.all(Array.from({ length: 3 }, () => put(db)))
    await setWriter(1)
    gate.fallSilent()
    const began = performance.now()
    await Promise.all(Array.from({ length: 3 }, () => put(db)))
    expect(performance.now() - began).toBeLessThan(15_000)
    expect([await rowsOf(0), await rowsOf(1)]).toEqual([0, 3])
  })

  it('a standby alone is no database: it is said so, and it is used once it is the writer', async () => {
    await setWriter(1)
    const db = open(`mysql://root@127.0.0.1:${portOf(0)}/shop`)
    await expect(put(db)).rejects.toMatchObject({ code: 'db.read-only' })
    await setWriter(0)
    await put(db)
    expect(await rowsOf(0)).toBe(1)
  })

  it('what a rehearsal is refused because it only looks does not cost its connection', async () => {
    await setWriter(0)
    const db = open(`mysql://root@127.0.0.1:${portOf(0)}/shop`)
    const idOf = sql`SELECT ${select({ id: number(sql`CONNECTION_ID()`) })}`
    const before = await db.statement((tx) => tx.row(idOf))
    await expect(db.view((tx) => tx.rows(raw('INSERT INTO row_of VALUES (3)')))).rejects.toMatchObject({ errno: 1792 })
    expect(await db.statement((tx) => tx.row(idOf))).toEqual(before)
  })
})
