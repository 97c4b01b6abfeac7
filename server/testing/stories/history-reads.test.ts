import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Db } from '../../core/db/db.ts'
import { byDialect, raw, render, type Sql, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { createOutbox } from '../../engine/actions/outbox.ts'
import { readEta } from '../../platform/deployment/eta.ts'
import { planTagUndo } from '../../records/tags/undo-tags.ts'
import { refusedActions } from '../../upkeep/doctor/checks/token-race.ts'
import { createEmptyOld } from '../../upkeep/people/old-contents.ts'
import { recordedSince } from '../../upkeep/rehearsal/estimate-arrivals.ts'
import { recordedEvents } from '../../upkeep/rehearsal/recorded-events.ts'
import { createTestKit, type TestKit } from '../test-kit.ts'

/** Whatever reads a past of millions of events and actions finds its rows by an index, on both databases: its cost is that of
 *  its window or of what waits, not that of the past. `npm run bench -- --only history` says how long it takes. */

const ROWS = 20_000
const DAYS = 200

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
  const now = kit.clock.now()
  const digits = Array.from({ length: 10 }, (_, n) => `SELECT ${n} AS d`).join(' UNION ALL ')
  const numbers = ['a', 'b', 'c', 'e', 'f'].map((name) => `(${digits}) ${name}`).join(', ')
  const n = '(a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d)'
  const from = `FROM ${numbers} WHERE ${n} < ${ROWS}`
  const at = `${now - DAYS * DAY_MS} + ${n} * ${Math.floor((DAYS * DAY_MS) / ROWS)}`
  const key = byDialect({ mysql: raw(`CONCAT('k', ${n})`), sqlite: raw(`'k' || ${n}`) })
  const kind = (...kinds: string[]): string =>
    `CASE ${n} % ${kinds.length} ${kinds.map((one, nth) => `WHEN ${nth} THEN '${one}'`).join(' ')} END`
  await kit.db.tx(async (tx) => {
    await tx.run(
      sql`INSERT INTO inbound_event (dedupe_key, kind, lane, payload, event_at, received_at, state, due_at)
          SELECT ${key}, ${raw(kind('tag.added', 'wecom.edit', 'order.paid', 'wecom.view', 'tag.removed'))}, 1,
            ${'{"tags":[],"externalUserId":"wm","userId":"zhangsan"}'}, ${raw(at)}, ${raw(at)}, 'done', ${raw(at)} ${raw(from)}`,
    )
    await tx.run(
      sql`INSERT INTO action (dedupe_key, kind, lane, payload, reason, userid, state, due_at, created_at)
          SELECT ${key}, ${raw(kind('tag.mark', 'customer.refresh'))}, 1, '{"userId":"zhangsan"}', '{}',
            CASE WHEN ${raw(n)} % 7 = 0 THEN 'zhangsan' ELSE 'lisi' END, CASE WHEN ${raw(n)} % 3 = 0 THEN 'waiting' ELSE 'done' END, ${raw(at)}, ${raw(at)} ${raw(from)}`,
    )
  })
  if (kit.db.dialect === 'mysql') await kit.db.source.query('ANALYZE TABLE inbound_event, action')
  else await kit.db.source.query('ANALYZE')
})
afterEach(() => kit.close())

/** In the order in which rows lie anyway. */
const ENDS_WITH_THE_FIRST = /FROM inbound_event ORDER BY id LIMIT 1$/

/** What the database would read for a statement, as far as it is of the tables that grow: those of which it would walk each row, or each entry of an index. */
async function scanned(piece: Sql): Promise<string[]> {
  const { text, params } = render(piece, kit.db.dialect)
  if (!/inbound_event|\baction\b/.test(text) || ENDS_WITH_THE_FIRST.test(text)) return []
  if (kit.db.dialect === 'sqlite') {
    const plan = (await kit.db.source.query(`EXPLAIN QUERY PLAN ${text}`, params)) as { detail: string }[]
    return plan.map(({ detail }) => detail).filter((detail) => /^SCAN (?:inbound_event|action)\b/.test(detail))
  }
  const plan = (await kit.db.source.query(`EXPLAIN ${text}`, params)) as {
    table: string
    type: string
    rows: unknown
  }[]
  return plan
    .filter(
      ({ type, rows }) => type === 'ALL' || (type === 'index' && !text.includes('LIMIT')) || Number(rows) > ROWS / 2,
    )
    .map(({ table, type }) => `${table} ${type}`)
}

/** What is asked in `work` of the tables that grow, and how. */
async function plansOf(work: (tx: Tx) => Promise<unknown>): Promise<{ asked: number; scans: string[] }> {
  const pieces: Sql[] = []
  await kit.db.tx(async (tx) => {
    const heard: Pick<Tx, 'rows' | 'row' | 'run'> = {
      rows: (piece) => {
        pieces.push(piece)
        return tx.rows(piece)
      },
      row: (piece) => {
        pieces.push(piece)
        return tx.row(piece)
      },
      run: (piece) => {
        pieces.push(piece)
        return tx.run(piece)
      },
    }
    await work({ ...tx, ...heard })
  })
  const scans: string[] = []
  for (const piece of pieces) scans.push(...(await scanned(piece)))
  const { dialect } = kit.db
  return { asked: pieces.filter((piece) => /inbound_event|action/.test(render(piece, dialect).text)).length, scans }
}

const day = (days: number): number => kit.clock.now() - days * DAY_MS
const outbox = () => createOutbox({ clock: kit.clock, nudge: () => undefined })
const READS: Record<string, (tx: Tx) => Promise<unknown>> = {
  'the ETA of what waits': (tx) => readEta(tx, kit.clock.now()),
  'the undo of a journey’s tags': (tx) => planTagUndo(tx, 'first-order', day(1)),
  'the past that a backtest tells again': (tx: ReadTx) =>
    recordedEvents(tx, { fromMs: day(2), toMs: kit.clock.now(), drawn: undefined }),
  'since when plan knows arrivals': (tx: ReadTx) => recordedSince(tx),
  'the actions whose token was refused': refusedActions,
  'what waits for a guide who was renamed': (tx) => outbox().readdress(tx, 'zhangsan', 'zhangsan2'),
}

it.each(Object.entries(READS))('%s is found by an index', async (_what, read) => {
  const { asked, scans } = await plansOf(read)
  expect(asked).toBeGreaterThan(0)
  expect(scans).toEqual([])
})

/** Rows that the connection of a transaction has walked through so far. */
async function walked(tx: ReadTx): Promise<number> {
  const [next] = await tx.rows(raw<{ Value: string }>("SHOW SESSION STATUS WHERE Variable_name = 'Handler_read_next'"))
  return Number(next?.Value)
}

it.runIf(process.env.TEST_MYSQL_URL)(
  'the end of a past walks through a bite at most of what is too young to end',
  async () => {
    let most = 0
    const tx: Db['tx'] = (work) =>
      kit.db.tx(async (inside) => {
        const before = await walked(inside)
        const done = await work(inside)
        most = Math.max(most, (await walked(inside)) - before)
        return done
      })
    const days = { callback: DAYS - 10, rows: DAYS, left: 0, order: DAYS }
    const { emptied } = await createEmptyOld({ db: { ...kit.db, tx }, clock: kit.clock, days })(() => true)
    // A third of the actions waits.
    expect(emptied).toBeGreaterThan((ROWS / DAYS) * 10)
    expect(most).toBeLessThan(2_000)
  },
)

it.each([
  ['row', sql`SELECT id FROM inbound_event WHERE last_error = 'x'`],
  ['entry of an index', sql`SELECT COUNT(DISTINCT userid) AS n FROM action`],
  ['row to change some', sql`UPDATE action SET attempts = 0 WHERE last_error = 'x'`],
])('whoever walks each %s is found out', async (_what, piece) => {
  const { scans } = await plansOf((tx) =>
    render(piece, kit.db.dialect).text.startsWith('UPDATE') ? tx.run(piece) : tx.rows(piece),
  )
  expect(scans).toHaveLength(1)
})
