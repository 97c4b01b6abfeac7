import { expect, test } from 'vitest'
import { openTcpGate } from '../../testing/tcp-gate.ts'
import { createTestDatabase } from '../../testing/test-database.ts'
import { createDb } from './db.ts'
import { raw } from './sql.ts'

test.runIf(process.env.TEST_MYSQL_URL)(
  'a database host that vanishes without a word: statements are given up in time, and it serves again once it is back',
  async () => {
    const real = await createTestDatabase()
    const url = new URL(real.url)
    const gate = await openTcpGate({ host: url.hostname, port: Number(url.port || 3306) })
    url.hostname = '127.0.0.1'
    url.port = String(gate.port)
    const db = createDb(url.href, [], { silenceMs: 200 })
    await db.statement((tx) => tx.row(raw('SELECT 1 AS one')))
    gate.fallSilent()
    await expect(db.tx((tx) => tx.row(raw('SELECT 2 AS two')))).rejects.toThrow('did not answer in time')
    gate.open()
    expect(await db.tx((tx) => tx.row(raw('SELECT 3 AS three')))).toEqual({ three: 3 })
    await db.close()
    await gate.close()
    await real.drop()
  },
)
