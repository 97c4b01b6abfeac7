import { migrations } from '../migrations/index.ts'
import { VOCABULARY } from '../server/capabilities/vocabulary.ts'
import { createDb, type Db } from '../server/core/db/db.ts'
import { createSettableClock } from '../server/core/kernel/clock.ts'
import { DAY_MS } from '../server/core/kernel/shanghai.ts'
import { INBOUND_EVENT } from '../server/engine/inbox/event-tables.ts'
import { CustomerAdded } from '../server/records/customers/customer-events.ts'
import { CUSTOMER, FOLLOW } from '../server/records/customers/customer-tables.ts'
import { OrderPaid } from '../server/records/orders/order-events.ts'
import { SHOP_ORDER, SHOP_ORDER_STATUS } from '../server/records/orders/order-tables.ts'
import { loadRules } from '../server/rules/load-rules.ts'
import { rememberVersions, saveBook } from '../server/rules/versions/rule-version-store.ts'
import { copyForRehearsal } from '../server/upkeep/rehearsal/copy-for-rehearsal.ts'
import { recordedEvents } from '../server/upkeep/rehearsal/recorded-events.ts'
import { rehearseBacktest } from '../server/upkeep/rehearsal/rehearse-backtest.ts'
import type { Report } from './report.ts'

const DAYS = 30
const NOW_MS = Date.parse('2026-11-29T10:00:00+08:00')
const FROM_MS = NOW_MS - DAYS * DAY_MS
const FOLDER = 'config'

/** A month of a shop with the shipped rules, told again: the people who came and what they bought. The limit is what only
 *  writing the same events, one transaction each, takes. */
export async function benchBacktest({ people }: { people: number }, report: Report): Promise<void> {
  const db = createDb('sqlite::memory:', migrations)
  await db.migrate()
  const { book, sources } = await loadRules(FOLDER, VOCABULARY)
  if (book === undefined || sources === undefined) throw new Error('the shipped rules have faults')
  await db.tx(async (tx) => {
    await rememberVersions(tx, book, FROM_MS - 1)
    await saveBook(tx, book.version, sources, FROM_MS - 1)
  })
  await fill(db, people)
  const begun = performance.now()
  const { scratches } = await copyForRehearsal(db, 1)
  const [scratch] = scratches
  if (scratch === undefined) throw new Error('no scratch database')
  const events = await db.view((view) => recordedEvents(view, { fromMs: FROM_MS, toMs: NOW_MS, drawn: undefined }))
  const past = await rehearseBacktest({
    ...{ scratch, book, assetsDir: `${FOLDER}/assets`, perCustomerPerMonth: undefined },
    ...{ fromMs: FROM_MS, toMs: NOW_MS, events },
  })
  const seconds = (performance.now() - begun) / 1_000
  await scratch.close()
  const limit = await limitOf(db, events.replayed)
  await db.close()
  report.add('backtest', {
    figure: `${events.replayed.length} events of ${people} people in ${DAYS} days told again in ${seconds.toFixed(1)} s, ${past.entries.length} entries, ${past.steps.length} steps`,
    limit: `${limit.toFixed(1)} s, the same events written one by one`,
    ratio: limit / seconds,
    aim: '≤ 10 s for a month of 2,500 events',
  })
}

async function fill(db: Db, people: number): Promise<void> {
  const userId = 'zhangsan'
  const clock = createSettableClock(FROM_MS)
  for (let nth = 0; nth < people; nth++) {
    clock.set(FROM_MS + Math.floor((nth * (DAYS - 1) * DAY_MS) / people))
    const addedAtMs = clock.now()
    const paidAtMs = addedAtMs + ((nth % 7) + 1) * 3_600_000
    const externalUserId = `wmBacktest${nth}`
    const order = { orderId: `o${nth}`, source: 'shop', externalUserId, totalFen: 9_900 }
    const stored = ({ kind }: { kind: string }, lane: 0 | 1, atMs: number, payload: object) => ({
      ...{ dedupe_key: `${kind}:${nth}`, kind, lane, payload: JSON.stringify(payload) },
      ...{ event_at: atMs, received_at: atMs, state: 'done' as const, due_at: atMs },
    })
    await db.tx(async (tx) => {
      await tx.insertIgnore(CUSTOMER, [
        { external_userid: externalUserId, known_at: addedAtMs, first_channel: '包裹卡' },
      ])
      const follow = { userid: userId, active: 1, added_at: addedAtMs, last_add_at: addedAtMs, known_at: addedAtMs }
      await tx.insertIgnore(FOLLOW, [{ ...follow, external_userid: externalUserId, channel: '包裹卡' }])
      const added = { channel: '包裹卡', state: 'parcel', welcomeCode: null, again: false }
      await tx.insertIgnore(INBOUND_EVENT, [
        stored(CustomerAdded, 0, addedAtMs, { externalUserId, userId, addedAtMs, ...added }),
        stored(OrderPaid, 1, paidAtMs, { ...order, first: true, atMs: paidAtMs }),
      ])
      const id = await tx.insert(SHOP_ORDER, {
        ...{ order_id: order.orderId, status: 'paid' as const, total_fen: 9_900, source: 'shop' },
        ...{ external_userid: externalUserId, created_at: paidAtMs, paid_at: paidAtMs },
      })
      await tx.insert(SHOP_ORDER_STATUS, { shop_order_id: id, status: 'paid', at: paidAtMs, announced: 1 })
    })
  }
}

async function limitOf(db: Db, events: Awaited<ReturnType<typeof recordedEvents>>['replayed']): Promise<number> {
  const begun = performance.now()
  for (const { kind, lane, payload, receivedAtMs: at, dedupeKey } of events) {
    await db.tx((tx) =>
      tx.insert(INBOUND_EVENT, {
        ...{ dedupe_key: `again:${dedupeKey}`, kind, lane, payload: JSON.stringify(payload) },
        ...{ event_at: at, received_at: at, state: 'done' as const, due_at: at },
      }),
    )
  }
  return (performance.now() - begun) / 1_000
}
