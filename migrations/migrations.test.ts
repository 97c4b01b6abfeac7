import { afterEach, describe, expect, it } from 'vitest'
import { createDb, type Db } from '../server/core/db/db.ts'
import { raw } from '../server/core/db/sql.ts'
import { INBOUND_EVENT } from '../server/engine/inbox/event-tables.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'
import { StepsGivenBefore1700000000155 } from './0155-steps-given-before.ts'
import { DrawsOfEachSend1700000000178 } from './0178-draws-of-each-send.ts'
import { migrations } from './index.ts'

const open: { db: Db; drop: () => Promise<void> }[] = []

async function freshDb(): Promise<Db> {
  const database = await createTestDatabase()
  const db = createDb(database.url, migrations)
  open.push({ db, drop: database.drop })
  await db.connect()
  return db
}

afterEach(async () => {
  for (const { db, drop } of open.splice(0)) {
    await db.close()
    await drop()
  }
})

async function tables(db: Db): Promise<string[]> {
  const sql =
    db.dialect === 'sqlite'
      ? "SELECT name AS name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
      : 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()'
  const rows = await db.tx((tx) => tx.rows(raw<{ name: string }>(sql)))
  return (
    rows
      .map((row) => row.name)
      // How far it is, is told by two tables of its own.
      .filter((name) => !name.startsWith('migration'))
      .sort()
  )
}

describe('the migration history', () => {
  it('goes up, all the way down to nothing, and up again to the same tables', async () => {
    const db = await freshDb()
    await db.migrate()
    const first = await tables(db)
    expect(first).toContain('inbound_event')
    for (const _ of migrations) await db.source.undoLastMigration()
    expect(await tables(db)).toEqual([])
    await db.migrate()
    expect(await tables(db)).toEqual(first)
  })

  it('changes nothing when it is run again', async () => {
    const db = await freshDb()
    await db.migrate()
    await db.migrate()
    const rows = await db.tx((tx) => tx.rows(raw<{ n: number }>('SELECT COUNT(*) AS n FROM migrations')))
    expect(Number(rows[0]?.n)).toBe(migrations.length)
  })
})

it('a table that gets another name keeps its rows, and when that is undone', async () => {
  const db = await freshDb()
  await db.migrate()
  await db.source.query(`INSERT INTO touch (source_key, external_userid, kind, at) VALUES ('k', 'wmA', 'send', 1)`)
  while (!(await tables(db)).includes('contact')) await db.source.undoLastMigration()
  expect(await db.source.query('SELECT source_key FROM contact')).toEqual([{ source_key: 'k' }])
  await db.migrate()
  expect(await db.source.query('SELECT source_key FROM touch')).toEqual([{ source_key: 'k' }])
})

describe('tables in both databases', () => {
  it('keep emoji, Chinese and 64-bit numbers, and tell letter case apart in keys', async () => {
    const db = await freshDb()
    await db.migrate()
    const row = {
      kind: 'k',
      lane: 0 as const,
      payload: '{"名":"🥩牛排"}',
      event_at: 1_790_000_000_123,
      received_at: 1,
      state: 'new' as const,
      due_at: 0,
    }
    const inserted = await db.tx((tx) =>
      tx.insertIgnore(INBOUND_EVENT, [
        { ...row, dedupe_key: 'wmA' },
        { ...row, dedupe_key: 'wma' },
      ]),
    )
    expect(inserted).toBe(2)
    const again = await db.tx((tx) =>
      tx.insertIgnore(INBOUND_EVENT, [
        { ...row, dedupe_key: 'wmA' },
        { ...row, dedupe_key: 'wmB' },
      ]),
    )
    expect(again).toBe(1)
    const back = await db.tx((tx) =>
      tx.row(
        raw<{ payload: string; event_at: number }>(
          "SELECT payload, event_at FROM inbound_event WHERE dedupe_key = 'wma'",
        ),
      ),
    )
    expect(back).toEqual({ payload: '{"名":"🥩牛排"}', event_at: 1_790_000_000_123 })
  })

  it('undo a savepoint alone', async () => {
    const db = await freshDb()
    await db.migrate()
    await db.tx(async (tx) => {
      await tx.run(raw("INSERT INTO job_run (name, next_at) VALUES ('kept', 1)"))
      await tx
        .savepoint(async () => {
          await tx.run(raw("INSERT INTO job_run (name, next_at) VALUES ('undone', 1)"))
          throw new Error('stop')
        })
        .catch(() => undefined)
    })
    const rows = await db.tx((tx) => tx.rows(raw<{ name: string }>('SELECT name FROM job_run')))
    expect(rows.map((entry) => entry.name)).toEqual(['kept'])
  })
})

it('refunds of before parts were kept become parts, and ours is called by no shop’s number', async () => {
  const db = await freshDb()
  await db.migrate()
  const isDone = async (): Promise<boolean> =>
    (await db.source.query('SELECT name FROM migrations')).some(({ name }: { name: string }) =>
      name.startsWith('RefundsOfOldOrders'),
    )
  while (await isDone()) await db.source.undoLastMigration()
  const order = (id: number, status: string, totalFen: number, refundedAt: number | null) =>
    db.source.query(
      `INSERT INTO shop_order (id, order_id, status, total_fen, source, created_at, paid_at, refunded_at)
       VALUES (${id}, 'o${id}', '${status}', ${totalFen}, 's', 1, 2, ${refundedAt ?? 'NULL'})`,
    )
  await order(1, 'refunded', 100, 3)
  await order(2, 'refunded', 200, null)
  await order(3, 'refunded', 300, 3)
  await order(4, 'paid', 400, null)
  await order(5, 'refunded', 0, 3)
  const refund = (orderId: number, refundId: string, fen: number) =>
    db.source.query(
      `INSERT INTO shop_order_refund (shop_order_id, refund_id, fen, at) VALUES (${orderId}, '${refundId}', ${fen}, 9)`,
    )
  await refund(3, 'sum', 300)
  await refund(4, 'r1', 10)
  await db.migrate()
  const rows = await db.tx((tx) =>
    tx.rows(
      raw<object>('SELECT shop_order_id, refund_id, fen, at, announced FROM shop_order_refund ORDER BY shop_order_id'),
    ),
  )
  expect(rows).toEqual([
    { shop_order_id: 1, refund_id: '', fen: 100, at: 3, announced: 1 },
    { shop_order_id: 2, refund_id: '', fen: 200, at: 2, announced: 1 },
    { shop_order_id: 3, refund_id: '', fen: 300, at: 9, announced: 0 },
    { shop_order_id: 4, refund_id: 'r1', fen: 10, at: 9, announced: 0 },
  ])
})

it('what groups have had of their SOPs before it was written down is known', async () => {
  const db = await freshDb()
  await db.migrate()
  while ((await db.source.query("SELECT name FROM migrations WHERE name LIKE 'StepsGivenBefore%'")).length > 0)
    await db.source.undoLastMigration()
  const ofDay = '{"audience":{"fact":"group.daysOld"}}'
  const run = (id: number, name: string, at: number, json = ofDay) =>
    db.source.query(
      `INSERT INTO send_run (id, send_name, chat_type, scheduled_at, rule_version, rule_json, state, planned_at)
       VALUES (${id}, '${name}', 'group', ${at}, 'v', '${json}', 'done', ${at})`,
    )
  const group = (runId: number, chatId: string, outcome: string) =>
    db.source.query(`INSERT INTO send_group (run_id, chat_id, outcome) VALUES (${runId}, '${chatId}', '${outcome}')`)
  await run(1, '新群·晒单', 100)
  await run(2, '新群·晒单', 200)
  await run(3, '周历·煎法课', 100, '{"audience":{"fact":"group.pool"}}')
  await run(4, '周报', 100)
  await group(1, 'a', 'sent')
  await group(2, 'a', 'not-confirmed')
  await group(1, 'b', 'waiting')
  await group(2, 'b', 'cancelled')
  await group(1, 'c', 'excluded')
  await group(3, 'a', 'sent')
  await group(4, 'a', 'sent')
  const chat = (chatId: string, name: string) =>
    db.source.query(`INSERT INTO chat_group (chat_id, name, owner, known_at) VALUES ('${chatId}', '${name}', 'u', 1)`)
  for (const [chatId, name] of [
    ['a', '付费1'],
    ['b', '付费2'],
    ['c', '付费3'],
    ['d', '付费3'],
  ] as const)
    await chat(chatId, name)
  const duty = (id: number, names: string, more: { many?: number; key?: string; outcome?: string; by?: string } = {}) =>
    db.source.query(
      `INSERT INTO duty (id, duty_key, duty_name, userid, title, group_names, group_count, due_at, state, opened_at, outcome)
       VALUES (${id}, '${more.key ?? `k${id}`}', '新群·公告', '${more.by ?? 'u'}', 't', '${names}', ${more.many ?? 1}, 400,
               '${more.outcome === undefined ? 'done' : 'dropped'}', 300, '${more.outcome ?? '23 人'}')`,
    )
  await chat('e', '付费')
  await duty(1, '「付费1」「付费3」', { many: 2 })
  await duty(2, '「付费2」等 9 个群', { many: 9 })
  for (const [chatId, name] of [
    ['f', '1'],
    ['g', '11'],
    ['h', '换了群主'],
    ['i', '撤了'],
    ['j', '早就撤了'],
    ['k', '没排进'],
    ['l', '做不了'],
    ['m', '年「货」群'],
    ['n', 'A'],
    ['o', 'a'],
  ] as const)
    await chat(chatId, name)
  await duty(3, '「11」')
  await duty(4, '「换了群主」', { by: 'v' })
  const gone = '规则里已经没有这一项，不用做了'
  await duty(5, '「撤了」', { key: 'dropped:5:k5', outcome: gone })
  await duty(6, '「早就撤了」', { outcome: gone })
  await duty(7, '「没排进」', { outcome: '当天的待办满了，没有排进去，时间已经过了' })
  await duty(8, '「做不了」', { outcome: '做不了：休息' })
  // Three at once, one of which holds the marks itself; letters are told apart.
  await duty(9, '「年「货」群」「付费2」「A」', { many: 3 })
  const had = async () =>
    (
      await db.tx((tx) =>
        tx.rows(
          raw<{ step: string; chat_id: string; given_at: number; run_id: number | null }>(
            'SELECT step, chat_id, given_at, run_id FROM group_step ORDER BY step, chat_id',
          ),
        ),
      )
    ).map((row) => [row.step, row.chat_id, Number(row.given_at), row.run_id === null ? null : Number(row.run_id)])
  const expected = [
    ['新群·公告', 'a', 300, null],
    ['新群·公告', 'b', 300, null],
    ['新群·公告', 'g', 300, null],
    ['新群·公告', 'h', 300, null],
    ['新群·公告', 'l', 300, null],
    ['新群·公告', 'm', 300, null],
    ['新群·公告', 'n', 300, null],
    ['新群·晒单', 'a', 200, 2],
    ['新群·晒单', 'b', 100, 1],
  ]
  await db.migrate()
  expect((await had()).toSorted()).toEqual(expected.toSorted())
  // Begun anew after a crash it adds nothing.
  await new StepsGivenBefore1700000000155().up(db.source.createQueryRunner())
  expect((await had()).toSorted()).toEqual(expected.toSorted())
})

it('runs of sends carry by which name they were drawn', async () => {
  const db = await freshDb()
  await db.migrate()
  while ((await db.source.query("SELECT name FROM migrations WHERE name LIKE 'DrawsOfEachSend%'")).length > 0)
    await db.source.undoLastMigration()
  const runs: [name: string, drawnAs: string | null, askKey: string | null][] = [
    ['年末大促', null, null],
    ['年末大促', '大促', null],
    ['年末大促', '别的', null],
    ['年末大促', null, null],
    ['周日福利', null, null],
    ['欢迎旅程', null, 'sop:1'],
  ]
  for (const [nth, [name, drawnAs, askKey]] of runs.entries())
    await db.source.query(
      `INSERT INTO send_run (send_name, scheduled_at, rule_version, rule_json, state, planned_at, drawn_as, ask_key)
       VALUES (?, ${nth}, 'v', '{}', 'done', 1, ?, ?)`,
      [name, drawnAs, askKey],
    )
  const has = async () =>
    (await db.source.query('SELECT drawn_as FROM send_run ORDER BY id')).map(
      (row: { drawn_as: string }) => row.drawn_as,
    )
  for (let time = 0; time < 2; time++) {
    await new DrawsOfEachSend1700000000178().up(db.source.createQueryRunner())
    expect(await has()).toEqual(['大促', '大促', '别的', '大促', '周日福利', null])
    await new DrawsOfEachSend1700000000178().down(db.source.createQueryRunner())
  }
})
