import { createHash } from 'node:crypto'
import type { NewRowOf, RowOf } from '../../core/db/define-table.ts'
import { all, list, lock, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { erasedAtMs, type GivenNames, givenNames, type KnownNames, matchGiven } from '../customers/given-customer.ts'
import { matchEach } from '../customers/match-each.ts'
import type { PhoneHash } from '../customers/phone-hash.ts'
import type { Erasures } from '../privacy/erasures.ts'
import type { VisitMessage } from './visit-body.ts'
import { VisitMade } from './visit-events.ts'
import { SHOP_VISIT as v } from './visit-tables.ts'

export interface RecordVisitsDeps {
  clock: Clock
  emit: Emit
  customers: KnownNames
  erasures: Pick<Erasures, 'erasedAtMs'>
  phoneHash: PhoneHash
}

export interface RecordedVisits {
  /** New. */
  stored: number
  /** Known already. */
  unchanged: number
  /** Of all of them: whose customer nobody knows (yet). */
  unmatched: number
}

type NewVisit = NewRowOf<typeof v>
type Told = Pick<
  RowOf<typeof v>,
  'visit_id' | 'source' | 'kind' | 'page' | 'product_id' | 'product' | 'category' | 'at'
>

const NO_NAMES: GivenNames = { given_external_userid: null, given_unionid: null, phone_hash: null }
const keyOf = (source: string, visitId: string): string => JSON.stringify([source, visitId])

/** Stores a call's visits and tells of those whose customer is known; a visit that is known changes nothing. What nobody
 *  can ever be found by is not kept. */
export async function recordVisits(
  tx: Tx,
  messages: readonly VisitMessage[],
  deps: RecordVisitsDeps,
): Promise<RecordedVisits> {
  const visits = new Map(messages.map((visit) => [keyOf(visit.source, visit.visitId), visit]))
  const known = new Map(
    (
      await tx.rows(
        sql`SELECT ${pick(v, 'source', 'visit_id', 'external_userid')} FROM ${v}
            WHERE ${v.visit_id} IN ${list([...visits.values()].map(({ visitId }) => visitId))}`,
      )
    ).map((row) => [keyOf(row.source, row.visit_id), row.external_userid]),
  )
  const fresh = [...visits].flatMap(([key, visit]) => (known.has(key) ? [] : visit))
  const { rows, unmatched } = await rowsOf(tx, fresh, deps)
  const stored = rows.length === 0 ? 0 : await tx.insertIgnore(v, rows)
  for (const { external_userid: externalUserId, ...row } of rows)
    if (typeof externalUserId === 'string') await tell(tx, externalUserId, toldOf(row), deps)
  const waiting = [...visits.keys()].filter((key) => known.get(key) === null).length
  return { stored, unchanged: messages.length - fresh.length + rows.length - stored, unmatched: unmatched + waiting }
}

/** What is kept of those that are new, and how many of them belong to nobody. */
async function rowsOf(
  tx: Tx,
  visits: readonly VisitMessage[],
  { clock, phoneHash, erasures }: RecordVisitsDeps,
): Promise<{ rows: NewVisit[]; unmatched: number }> {
  const now = clock.now()
  const named = visits.map((visit) => givenNames(visit.customer, phoneHash))
  const owners = await matchEach(tx, named)
  const rows: NewVisit[] = []
  let unmatched = 0
  for (const [nth, visit] of visits.entries()) {
    const names = named[nth] ?? NO_NAMES
    const owner = owners[nth] ?? null
    // Later than now is a clock that is wrong.
    const at = Math.min(visit.atMs, now)
    if (at <= ((await erasedAtMs(tx, names, erasures)) ?? -1)) continue
    if (owner === null) unmatched += 1
    if (owner === null && Object.values(names).every((name) => name === null)) continue
    rows.push({
      ...{ visit_id: visit.visitId, source: visit.source, kind: visit.kind, at, received_at: now },
      ...{ external_userid: owner, ...(owner === null ? names : NO_NAMES) },
      ...{ page: visit.page ?? null, product_id: visit.product?.id ?? null, product: visit.product?.name ?? null },
      ...{ category: visit.product?.category ?? null, price_fen: visit.product?.priceFen ?? null },
      quantity: visit.quantity,
    })
  }
  return { rows, unmatched }
}

const toldOf = (row: Omit<NewVisit, 'external_userid'>): Told => ({
  ...row,
  ...{ page: row.page ?? null, product_id: row.product_id ?? null, product: row.product ?? null },
  category: row.category ?? null,
})

/** Gives a waiting visit to its customer, if they are known, and tells of it, once. Safe to repeat. */
export async function settleVisit(
  tx: Tx,
  id: number,
  deps: Pick<RecordVisitsDeps, 'customers' | 'emit'>,
): Promise<boolean> {
  const row = await tx.row(sql`SELECT ${all(v)} FROM ${v} WHERE ${v.id} = ${id} ${lock()}`)
  if (row === undefined) return false
  if (row.external_userid !== null) return true
  const match = await matchGiven(tx, deps.customers, row)
  if (match === undefined) return false
  const changes = set(v, { external_userid: match.externalUserId, ...NO_NAMES })
  await tx.run(sql`UPDATE ${v} SET ${changes} WHERE ${v.id} = ${id}`)
  await tell(tx, match.externalUserId, row, deps)
  return true
}

const tell = (tx: Tx, externalUserId: string, row: Told, { emit }: Pick<RecordVisitsDeps, 'emit'>): Promise<void> =>
  emit(tx, VisitMade, {
    // Both together are longer than a key may be.
    key: createHash('sha256').update(keyOf(row.source, row.visit_id)).digest('base64url'),
    atMs: row.at,
    payload: {
      ...{ externalUserId, source: row.source, visitId: row.visit_id, kind: row.kind, page: row.page },
      ...{ productId: row.product_id, product: row.product, category: row.category, atMs: row.at },
    },
  })
