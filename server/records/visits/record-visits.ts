import { createHash } from 'node:crypto'
import type { NewRowOf, RowOf } from '../../core/db/define-table.ts'
import { all, list, lock, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { customerLinks, linkedEach } from '../customers/customer-links.ts'
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
  'visit_id' | 'source' | 'kind' | 'page' | 'product_id' | 'product' | 'category' | 'keyword' | 'scene' | 'at'
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
    if (typeof externalUserId === 'string') await tell(tx, externalUserId, toldOf(row), deps, row.lent === 1)
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
  const matched = await matchEach(tx, named)
  const lenders = await linkedEach(
    tx,
    named.map((names, nth) => (matched[nth] === undefined ? names : NO_NAMES)),
  )
  const rows: NewVisit[] = []
  let unmatched = 0
  for (const [nth, visit] of visits.entries()) {
    const names = named[nth] ?? NO_NAMES
    const isLent = matched[nth] === undefined && lenders[nth] !== undefined
    const owner = matched[nth]?.externalUserId ?? lenders[nth] ?? null
    // Later than now is a clock that is wrong.
    const at = Math.min(visit.atMs, now)
    if (at <= ((await erasedAtMs(tx, names, erasures)) ?? -1)) continue
    if (owner === null) unmatched += 1
    if (owner === null && Object.values(names).every((name) => name === null)) continue
    rows.push({
      ...{ visit_id: visit.visitId, source: visit.source, kind: visit.kind, at, received_at: now },
      ...{ external_userid: owner, ...(owner === null || isLent ? names : NO_NAMES) },
      ...{ lent: isLent ? 1 : 0 },
      ...{ page: visit.page ?? null, product_id: visit.product?.id ?? null, product: visit.product?.name ?? null },
      ...{ category: visit.product?.category ?? null, price_fen: visit.product?.priceFen ?? null },
      ...{ quantity: visit.quantity, keyword: visit.keyword ?? null, scene: visit.scene ?? null },
    })
  }
  return { rows, unmatched }
}

const toldOf = (row: Omit<NewVisit, 'external_userid'>): Told => ({
  ...row,
  ...{ page: row.page ?? null, product_id: row.product_id ?? null, product: row.product ?? null },
  ...{ category: row.category ?? null, keyword: row.keyword ?? null, scene: row.scene ?? null },
})

/** Gives a waiting visit to its customer, if they are known, and tells of it, once. Safe to repeat. */
export async function settleVisit(
  tx: Tx,
  id: number,
  deps: Pick<RecordVisitsDeps, 'customers' | 'emit'>,
): Promise<boolean> {
  const row = await tx.row(sql`SELECT ${all(v)} FROM ${v} WHERE ${v.id} = ${id} ${lock()}`)
  if (row === undefined) return false
  if (row.external_userid !== null && row.lent === 0) return true
  const match = await matchGiven(tx, deps.customers, row)
  const lender = match === undefined ? await customerLinks.ofRow(tx, row) : undefined
  const owner = match?.externalUserId ?? lender?.externalUserId ?? null
  const lent = lender === undefined ? 0 : 1
  if (owner === row.external_userid && lent === row.lent) return owner !== null
  // Lent it keeps the names by which it finds whose it is.
  const changes = set(v, { external_userid: owner, lent, ...(match === undefined ? {} : NO_NAMES) })
  await tx.run(sql`UPDATE ${v} SET ${changes} WHERE ${v.id} = ${id}`)
  if (owner !== null && owner !== row.external_userid) await tell(tx, owner, row, deps, lent === 1)
  return owner !== null
}

/** `isLent`: it may be told of somebody else later. */
const tell = (
  tx: Tx,
  externalUserId: string,
  row: Told,
  { emit }: Pick<RecordVisitsDeps, 'emit'>,
  isLent: boolean,
): Promise<void> =>
  emit(tx, VisitMade, {
    // Both together are longer than a key may be.
    key: `${createHash('sha256').update(keyOf(row.source, row.visit_id)).digest('base64url')}${isLent ? `:${externalUserId}` : ''}`,
    atMs: row.at,
    payload: {
      ...{ externalUserId, source: row.source, visitId: row.visit_id, kind: row.kind, page: row.page },
      ...{ productId: row.product_id, product: row.product, category: row.category, atMs: row.at },
      ...{ keyword: row.keyword, scene: row.scene },
    },
  })
