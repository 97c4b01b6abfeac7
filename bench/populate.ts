import { createHash } from 'node:crypto'
import { createSeededRandom, type SeededRandom } from '../sandbox/random.ts'
import type { Db } from '../server/core/db/db.ts'
import { raw } from '../server/core/db/sql.ts'
import type { Row } from '../server/core/db/tx.ts'
import { DAY_MS } from '../server/core/kernel/shanghai.ts'
import { insertRows } from '../server/testing/insert-rows.ts'
import {
  itemRows,
  journeyRows,
  MOST_ORDERS,
  orderRows,
  tagRows,
  timelineRow,
  touchRows,
  welcomeRow,
} from './populate-history.ts'
import { customerRow, followRows, groupRows, guideRows, memberRows, sourceRow } from './populate-people.ts'
import type { Ground, Place } from './populate-place.ts'

export interface PopulateOptions {
  customers: number
  /** userids that shall have customers, too, each as many as any other guide. */
  guides: string[]
  /** Customers of one guide; default 400. */
  perGuide?: number
  /** Tables that are left empty. */
  without?: string[]
  print(line: string): void
}

const PER_GUIDE = 400
const CHUNK = 2_000
/** So many passes over all customers, so that one customer's lines do not lie side by side on disk. */
const TIMELINE_LINES = 6
const ORDERS_AT_ONCE = 4

/** A brand's customers with everything the sidebar shows of them, in bulk. Ids run in order within each pass, which is
 *  quick for both databases; a pass writes one line of each customer. */
export async function populate(db: Db, options: PopulateOptions): Promise<void> {
  const ids = Array.from({ length: options.customers }, (_, n) => idOf(n)).sort()
  const ground = await groundOf(db, options)
  if (db.dialect === 'sqlite') await hurry(db)

  const place = (n: number): Place => {
    const id = ids[n] ?? ''
    const random = (purpose: string): SeededRandom => createSeededRandom(seedOf(purpose, id))
    const own = random('place')
    return {
      n,
      id,
      random,
      guide: ground.guides[own.int(ground.guides.length)] ?? '',
      addedAtMs: ground.nowMs - DAY_MS - own.int(600 * DAY_MS),
    }
  }
  const pass = async (table: string, rowsOf: (place: Place) => Row[]): Promise<void> => {
    if (options.without?.includes(table)) return
    const began = Date.now()
    let rows = 0
    for (let at = 0; at < ids.length; at += CHUNK) {
      const part: Row[] = []
      for (let n = at; n < Math.min(at + CHUNK, ids.length); n++) part.push(...rowsOf(place(n)))
      if (part.length > 0) await db.tx((tx) => insertRows(tx, table, part))
      rows += part.length
    }
    options.print(`  ${table}: ${rows} rows in ${((Date.now() - began) / 1000).toFixed(1)} s`)
  }

  await db.tx((tx) => insertRows(tx, 'staff', guideRows(ground)))
  await db.tx((tx) => insertRows(tx, 'chat_group', groupRows(ground)))
  await pass('customer', (one) => [customerRow(one, ground)])
  await pass('customer_source', (one) => [sourceRow(one)])
  await pass('follow', (one) => followRows(one, ground))
  await pass('follow_tag', (one) => tagRows(one, ground))
  await pass('chat_member', (one) => memberRows(one, ground))
  await pass('welcome', (one) => [welcomeRow(one)])
  await pass('touch', (one) => touchRows(one, ground))
  await pass('sop_entry', (one) => journeyRows(one, ground))
  for (let line = 0; line < TIMELINE_LINES; line++) await pass('timeline', (one) => [timelineRow(one, line)])
  for (let from = 0; from < MOST_ORDERS; from += ORDERS_AT_ONCE) {
    const range = { from, to: from + ORDERS_AT_ONCE }
    await pass('shop_order', (one) => orderRows(one, ground, range))
    await pass('shop_order_item', (one) => itemRows(one, ground, range))
  }
  if (db.dialect === 'sqlite') await db.source.query('PRAGMA wal_checkpoint(TRUNCATE)')
}

/** As opaque as WeCom's own, and sorted they come in no order of time. */
const idOf = (n: number): string => `wmBench${createHash('sha256').update(`bench:${n}`).digest('hex').slice(0, 25)}`

/** The ids are hashes already, so a few of their digits are chance enough. */
function seedOf(purpose: string, id: string): number {
  let seed = Number.parseInt(id.slice(8, 16), 16)
  for (const letter of purpose) seed = Math.imul(seed ^ letter.charCodeAt(0), 16_777_619)
  return seed
}

async function groundOf(db: Db, { customers, guides, perGuide = PER_GUIDE }: PopulateOptions): Promise<Ground> {
  const others = Math.max(0, Math.ceil(customers / perGuide) - guides.length)
  return db.tx(async (tx) => {
    const tags = await tx.rows(raw<{ tag_id: string }>('SELECT tag_id FROM corp_tag WHERE gone_at IS NULL'))
    if (tags.length < 3) throw new Error('no tags are known yet; let the server sync first')
    const sop = await tx.row(
      raw<{ version: string }>(
        "SELECT version FROM rule_version WHERE kind = 'sop' AND name = 'new-customer-first-order'",
      ),
    )
    const last = await tx.row(raw<{ id: number | null }>('SELECT MAX(id) AS id FROM shop_order'))
    return {
      nowMs: Date.now(),
      guides: [...guides, ...Array.from({ length: others }, (_, n) => `benchguide${n}`)],
      groups: Math.ceil((customers * 0.3) / 150),
      tagIds: tags.map((row) => row.tag_id),
      sopVersion: sop?.version,
      firstOrderId: Number(last?.id ?? 0) + 1,
    }
  })
}

/** Only while filling, on this connection alone: a crash would cost the bench database, which nobody needs. */
async function hurry(db: Db): Promise<void> {
  await db.connect()
  for (const pragma of ['synchronous = OFF', 'cache_size = -262144']) await db.source.query(`PRAGMA ${pragma}`)
}
