import type { NewRowOf, RowOf } from '../../core/db/define-table.ts'
import { all, list, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { CUSTOMER, CUSTOMER_SOURCE, FOLLOW } from './customer-tables.ts'
import { settleFirstSources } from './follow-store.ts'
import { isPair } from './is-pair.ts'
import type { PhoneHash } from './phone-hash.ts'
import { recordPhones } from './record-phones.ts'
import { pairOf, type Relation } from './relation.ts'

export interface RecordedRelations {
  /** Pairs that only this reading told us of: friends before we listened, or an add that never reached us. */
  found: Relation[]
  /** Customers now known under a new name (id, union id, phone) that an order may hold. */
  identified: string[]
  /** Known pairs of which the guide's remark or phones were others before. */
  noted: Relation[]
  /** Known customers whose nickname, picture or company were others before; WeCom sends no event about these. */
  renewed: string[]
}

export interface RecordRelationsDeps {
  nowMs: number
  phoneHashes: readonly PhoneHash[]
  channelOf(relation: Relation): string | undefined
}

type NewCustomer = NewRowOf<typeof CUSTOMER>
type NewFollow = NewRowOf<typeof FOLLOW>

const DETAILS = ['name', 'avatar', 'customer_type', 'gender', 'corp_name', 'unionid'] as const

/** Writes what WeCom says now about up to a page of relations, and only what differs. Never ends a friendship: absence is
 *  no proof. Begins one only where WeCom's createtime is later than the loss we know. Safe to repeat. */
export async function recordRelations(
  tx: Tx,
  relations: Relation[],
  deps: RecordRelationsDeps,
): Promise<RecordedRelations> {
  if (relations.length === 0) return { found: [], identified: [], noted: [], renewed: [] }
  const { created, identified, renewed } = await recordCustomers(tx, relations, deps)
  const { found, noted } = await recordFollows(tx, relations, created, deps)
  const phones = await recordPhones(tx, relations, deps.phoneHashes)
  const isFound = new Set(found)
  const isNoted = new Set(noted.map(pairOf))
  const differ = relations.filter(
    (relation) => !isFound.has(relation) && (isNoted.has(pairOf(relation)) || phones.pairs.has(pairOf(relation))),
  )
  return { found, identified: [...new Set([...identified, ...phones.identified])], noted: differ, renewed }
}

async function recordCustomers(
  tx: Tx,
  relations: Relation[],
  { nowMs, channelOf }: RecordRelationsDeps,
): Promise<{ created: Set<string>; identified: string[]; renewed: string[] }> {
  const relationsOf = groupBy(relations, (relation) => relation.externalUserId)
  const stored = await tx.rows(
    sql`SELECT ${pick(CUSTOMER, 'external_userid', ...DETAILS)} FROM ${CUSTOMER}
        WHERE ${CUSTOMER.external_userid} IN ${list([...relationsOf.keys()])}`,
  )
  const known = new Map(stored.map((row) => [row.external_userid, row]))
  const fresh: NewCustomer[] = []
  const changed: NewCustomer[] = []
  const identified: string[] = []
  for (const own of relationsOf.values()) {
    const relation = own.at(-1)
    if (relation === undefined) continue
    const before = known.get(relation.externalUserId)
    const row = {
      external_userid: relation.externalUserId,
      name: textAfter(before?.name, relation.name),
      avatar: textAfter(before?.avatar, relation.avatar),
      customer_type: relation.type ?? before?.customer_type ?? null,
      gender: relation.gender ?? before?.gender ?? null,
      corp_name: textAfter(before?.corp_name, relation.corpName),
      // WeCom leaves the union id out while the developer account is unbound: that does not undo what was known.
      unionid: relation.unionId ?? before?.unionid ?? null,
      known_at: nowMs,
      detail_at: nowMs,
    }
    if (before === undefined || before.unionid !== row.unionid) identified.push(relation.externalUserId)
    if (before === undefined) fresh.push({ ...row, ...firstSource(own, channelOf) })
    else if (DETAILS.some((column) => before[column] !== row[column])) changed.push(row)
  }
  const update = [...DETAILS, 'detail_at' as const]
  const isOurs = fresh.length === 0 || (await tx.insertIgnore(CUSTOMER, fresh)) === fresh.length
  // Somebody else has just made one of them.
  if (!isOurs) await tx.upsert(CUSTOMER, fresh, ['external_userid'], update)
  if (changed.length > 0) await tx.upsert(CUSTOMER, changed, ['external_userid'], update)
  // Whose row an event has made a moment ago was not seen before either: that is no renewal.
  const renewed = changed.filter((row) => known.get(row.external_userid)?.name !== null)
  return {
    created: new Set(isOurs ? fresh.map((row) => row.external_userid) : []),
    identified,
    renewed: renewed.map((row) => row.external_userid),
  }
}

/** The earliest way in that this reading tells of one customer; saves a write for each customer of a first sync. */
function firstSource(
  relations: Relation[],
  channelOf: ChannelOf,
): Pick<NewCustomer, 'first_channel' | 'first_userid' | 'first_added_at'> {
  const dated = relations.filter((one) => one.createdAtMs !== undefined)
  dated.sort((a, b) => (a.createdAtMs ?? 0) - (b.createdAtMs ?? 0))
  const first = dated[0]
  if (first === undefined) return { first_channel: null, first_userid: null, first_added_at: null }
  const named = dated.find((one) => channelOf(one) !== undefined) ?? first
  return {
    first_channel: channelOf(named) ?? null,
    first_userid: first.userId,
    first_added_at: first.createdAtMs ?? null,
  }
}

type ChannelOf = RecordRelationsDeps['channelOf']

async function recordFollows(
  tx: Tx,
  relations: Relation[],
  created: Set<string>,
  deps: RecordRelationsDeps,
): Promise<{ found: Relation[]; noted: Relation[] }> {
  const ids = [...new Set(relations.map((relation) => relation.externalUserId))]
  const stored = await tx.rows(
    sql`SELECT ${all(FOLLOW)} FROM ${FOLLOW} WHERE ${FOLLOW.external_userid} IN ${list(ids)}`,
  )
  const known = new Map(stored.map((row) => [pairOf({ externalUserId: row.external_userid, userId: row.userid }), row]))
  const found: Relation[] = []
  const fresh: Relation[] = []
  const noted: Relation[] = []
  const detailed: NewFollow[] = []
  for (const relation of relations) {
    const row = known.get(pairOf(relation))
    if (row === undefined) {
      fresh.push(relation)
      continue
    }
    const detail = detailOf(relation, deps.nowMs, row)
    const isNoted = row.remark !== detail.remark
    if (isNoted) noted.push(relation)
    if (isNoted || row.add_way !== detail.add_way) detailed.push({ ...keyOf(relation, deps.nowMs), ...detail })
    const beganAgain = row.active === 0 && (row.last_loss_at ?? 0) < (relation.createdAtMs ?? 0)
    if (beganAgain) {
      found.push(relation)
      await beginAgain(tx, relation, deps.channelOf(relation) ?? null)
    } else if (row.added_at === null || (row.state === null && relation.state !== undefined)) {
      await fillIn(tx, relation, deps.channelOf(relation) ?? null)
    }
  }
  if (fresh.length > 0) await insertFollows(tx, fresh, deps)
  found.push(...fresh)
  if (found.length > 0) await keepSources(tx, found, created, deps)
  if (detailed.length > 0) {
    await tx.upsert(FOLLOW, detailed, ['external_userid', 'userid'], ['remark', 'add_way', 'detail_at'])
  }
  return { found, noted }
}

const keyOf = (relation: Relation, nowMs: number) => ({
  external_userid: relation.externalUserId,
  userid: relation.userId,
  active: 1,
  known_at: nowMs,
})

/** What WeCom does not tell stays; what it tells to be empty is gone. */
const textAfter = (before: string | null | undefined, told: string | undefined): string | null =>
  (told ?? before ?? '') || null

type Detail = Pick<RowOf<typeof FOLLOW>, 'remark' | 'add_way'>

const detailOf = (relation: Relation, nowMs: number, before?: Detail) => ({
  remark: textAfter(before?.remark, relation.remark),
  add_way: relation.addWay ?? before?.add_way ?? null,
  detail_at: nowMs,
})

/** Ignores those that an event has made in the meantime: it knows more. */
async function insertFollows(tx: Tx, relations: Relation[], deps: RecordRelationsDeps): Promise<void> {
  const rows = relations.map((relation) => ({
    ...keyOf(relation, deps.nowMs),
    half: 0,
    announced: 0,
    state: relation.state ?? null,
    channel: deps.channelOf(relation) ?? null,
    added_at: relation.createdAtMs ?? null,
    last_add_at: relation.createdAtMs ?? null,
    ...detailOf(relation, deps.nowMs),
  }))
  await tx.insertIgnore(FOLLOW, rows)
}

async function beginAgain(tx: Tx, relation: Relation, channel: string | null): Promise<void> {
  const began = {
    active: 1,
    half: 0,
    announced: 0,
    state: relation.state ?? null,
    channel,
    added_at: relation.createdAtMs ?? null,
    last_add_at: relation.createdAtMs ?? null,
  }
  await tx.run(
    sql`UPDATE ${FOLLOW} SET ${set(FOLLOW, began)} WHERE ${isPair(FOLLOW, relation)} AND ${FOLLOW.active} = 0`,
  )
}

/** Whoever was `created` with this reading has their first source already. */
async function keepSources(
  tx: Tx,
  relations: Relation[],
  created: Set<string>,
  { channelOf }: RecordRelationsDeps,
): Promise<void> {
  const rows: NewRowOf<typeof CUSTOMER_SOURCE>[] = []
  for (const relation of relations) {
    if (relation.createdAtMs === undefined) continue
    rows.push({
      external_userid: relation.externalUserId,
      userid: relation.userId,
      added_at: relation.createdAtMs,
      channel: channelOf(relation) ?? null,
      state: relation.state ?? null,
    })
  }
  if (rows.length === 0) return
  await tx.insertIgnore(CUSTOMER_SOURCE, rows)
  const known = new Set(rows.map((row) => row.external_userid).filter((id) => !created.has(id)))
  if (known.size > 0) await settleFirstSources(tx, [...known])
}

async function fillIn(tx: Tx, relation: Relation, channel: string | null): Promise<void> {
  await tx.run(
    sql`UPDATE ${FOLLOW} SET ${FOLLOW.added_at} = COALESCE(${FOLLOW.added_at}, ${relation.createdAtMs ?? null}),
          ${FOLLOW.state} = COALESCE(${FOLLOW.state}, ${relation.state ?? null}),
          ${FOLLOW.channel} = COALESCE(${FOLLOW.channel}, ${channel})
        WHERE ${isPair(FOLLOW, relation)}`,
  )
}
