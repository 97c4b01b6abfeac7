import { afterEach, beforeEach, expect, it } from 'vitest'
import { id, instant, nullable, text } from '../../core/db/columns.ts'
import { defineTable, leftOut } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'
import { sql } from '../../core/db/sql.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { expectWaiting, type WaitingRows, waitingFor } from './waiting-rows.ts'

const columns = {
  id: id(),
  external_userid: nullable(text()),
  given_external_userid: nullable(text()),
  given_unionid: nullable(text()),
  phone_hash: nullable(text()),
  received_at: instant(),
}
const what = { personal: ofNobody('a test'), snapshot: leftOut('a table of this test') }
const PRAISE = defineTable('praise', columns, what)
const BLAME = defineTable('blame', columns, what)

const rowsOf = (table: typeof PRAISE | typeof BLAME): WaitingRows => ({
  table,
  isWaiting: sql`${table.external_userid} IS NULL`,
  age: table.received_at,
  toldSince: (fromMs) => sql`${table.received_at} > ${fromMs}`,
})
const customers = { identityOf: async () => ({ unionId: 'un1', phoneHashes: ['p1', 'p2'], links: [] }) }

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
  for (const table of ['praise', 'blame'])
    await kit.db.source.query(
      `CREATE TABLE ${table} (id BIGINT PRIMARY KEY, external_userid VARCHAR(60), given_external_userid VARCHAR(60),
         given_unionid VARCHAR(60), phone_hash VARCHAR(60), received_at BIGINT NOT NULL)`,
    )
  await kit.db.source.query(`INSERT INTO praise VALUES
    (1, NULL, NULL, NULL, 'p2', 900), (2, NULL, NULL, NULL, 'p1', 100), (3, 'wm1', 'wm1', NULL, NULL, 50),
    (4, NULL, 'wm2', 'un2', 'p3', 10), (5, NULL, 'wm1', 'un1', NULL, 500)`)
  await kit.db.source.query(`INSERT INTO blame VALUES (1, NULL, 'wm2', NULL, NULL, 5), (7, NULL, NULL, 'un1', NULL, 1)`)
})
afterEach(() => kit.close())

it('whoever waits in several tables is asked about once; each table gets its own, the oldest of a name first', async () => {
  const [praise, blame] = [rowsOf(PRAISE), rowsOf(BLAME)]
  expectWaiting(kit.db, praise)
  const all = expectWaiting(kit.db, blame)
  let asked = 0
  await kit.db.tx(async (tx) => {
    expect((await waitingFor(tx, { rows: praise, all }, customers, 'wm1')).ids).toEqual([5, 2, 1])
    const end = kit.db.watch((statement) => {
      if (statement.includes('FROM blame')) asked += 1
    })
    expect((await waitingFor(tx, { rows: blame, all }, customers, 'wm1')).ids).toEqual([7])
    end()
  })
  expect(asked).toBe(0)
})
