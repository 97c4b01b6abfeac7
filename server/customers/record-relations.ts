import type { Row, Tx } from '../db/tx.ts'
import { keepSource } from './follow-store.ts'
import type { PhoneHash } from './phone-hash.ts'
import { recordPhones } from './record-phones.ts'
import type { Relation } from './relation.ts'

export interface KnownFollow {
  external_userid: string
  userid: string
  active: number
  state: string | null
  added_at: number | null
  last_loss_at: number | null
}

export interface RecordedRelations {
  /** Pairs that only this reading told us of: friends before we listened, or an add that never reached us. */
  found: Relation[]
  /** Customers now known under a new name (id, union id, phone) that an order may hold. */
  identified: string[]
}

const marks = (count: number): string => Array.from({ length: count }, () => '?').join(', ')
const pairOf = (externalUserId: string, userId: string): string => `${externalUserId}\n${userId}`

/** Writes what WeCom says now about up to a page of relations. Never ends a friendship: absence is no proof. Begins one
 *  only where WeCom's createtime is later than the loss we know. Safe to repeat. */
export async function recordRelations(
  tx: Tx,
  relations: Relation[],
  deps: { nowMs: number; phoneHash: PhoneHash; channelOf(state: string): Promise<string | undefined> },
): Promise<RecordedRelations> {
  if (relations.length === 0) return { found: [], identified: [] }
  const identified = new Set(await recordCustomers(tx, relations, deps.nowMs))
  const found = await recordFollows(tx, relations, deps)
  for (const externalUserId of await recordPhones(tx, relations, deps.phoneHash)) identified.add(externalUserId)
  return { found, identified: [...identified] }
}

async function recordCustomers(tx: Tx, relations: Relation[], nowMs: number): Promise<string[]> {
  const newest = new Map(relations.map((relation) => [relation.externalUserId, relation]))
  const ids = [...newest.keys()]
  const known = new Map(
    (
      await tx.rows<{ external_userid: string; unionid: string | null }>(
        `SELECT external_userid, unionid FROM customer WHERE external_userid IN (${marks(ids.length)})`,
        ids,
      )
    ).map((row) => [row.external_userid, row]),
  )
  const rows: Row[] = [...newest.values()].map((relation) => ({
    external_userid: relation.externalUserId,
    name: relation.name ?? null,
    avatar: relation.avatar ?? null,
    customer_type: relation.type ?? null,
    gender: relation.gender ?? null,
    corp_name: relation.corpName ?? null,
    // WeCom leaves the union id out while the developer account is unbound: that does not undo what was known.
    unionid: relation.unionId ?? known.get(relation.externalUserId)?.unionid ?? null,
    known_at: nowMs,
    detail_at: nowMs,
  }))
  const update = Object.keys(rows[0] ?? {}).filter((column) => column !== 'external_userid' && column !== 'known_at')
  await tx.upsert('customer', rows, ['external_userid'], update)
  return rows
    .filter((row) => {
      const before = known.get(String(row.external_userid))
      return before === undefined || before.unionid !== row.unionid
    })
    .map((row) => String(row.external_userid))
}

async function recordFollows(
  tx: Tx,
  relations: Relation[],
  deps: { nowMs: number; channelOf(state: string): Promise<string | undefined> },
): Promise<Relation[]> {
  const ids = [...new Set(relations.map((relation) => relation.externalUserId))]
  const known = new Map(
    (
      await tx.rows<KnownFollow>(
        `SELECT external_userid, userid, active, state, added_at, last_loss_at FROM follow
         WHERE external_userid IN (${marks(ids.length)})`,
        ids,
      )
    ).map((row) => [pairOf(row.external_userid, row.userid), row]),
  )
  const found: Relation[] = []
  for (const relation of relations) {
    const row = known.get(pairOf(relation.externalUserId, relation.userId))
    const began = row === undefined || (row.active === 0 && (row.last_loss_at ?? 0) < (relation.createdAtMs ?? 0))
    const knowsLess =
      row !== undefined && (row.added_at === null || (row.state === null && relation.state !== undefined))
    if (began) found.push(relation)
    if (began) await beginFound(tx, relation, deps)
    else if (knowsLess) await fillIn(tx, relation, await channelName(relation, deps))
  }
  await tx.upsert(
    'follow',
    relations.map((relation) => ({
      external_userid: relation.externalUserId,
      userid: relation.userId,
      active: 1,
      known_at: deps.nowMs,
      remark: relation.remark ?? null,
      description: relation.description ?? null,
      add_way: relation.addWay ?? null,
      detail_at: deps.nowMs,
    })),
    ['external_userid', 'userid'],
    ['remark', 'description', 'add_way', 'detail_at'],
  )
  return found
}

const channelName = async (
  relation: Relation,
  deps: { channelOf(state: string): Promise<string | undefined> },
): Promise<string | null> => (relation.state === undefined ? null : ((await deps.channelOf(relation.state)) ?? null))

async function beginFound(
  tx: Tx,
  relation: Relation,
  deps: { nowMs: number; channelOf(state: string): Promise<string | undefined> },
): Promise<void> {
  const channel = await channelName(relation, deps)
  await tx.upsert(
    'follow',
    [
      {
        external_userid: relation.externalUserId,
        userid: relation.userId,
        active: 1,
        half: 0,
        announced: 0,
        state: relation.state ?? null,
        channel,
        added_at: relation.createdAtMs ?? null,
        last_add_at: relation.createdAtMs ?? null,
        known_at: deps.nowMs,
      },
    ],
    ['external_userid', 'userid'],
    ['active', 'half', 'announced', 'state', 'channel', 'added_at', 'last_add_at'],
  )
  if (relation.createdAtMs === undefined) return
  await keepSource(tx, {
    externalUserId: relation.externalUserId,
    userId: relation.userId,
    atMs: relation.createdAtMs,
    half: false,
    state: relation.state ?? null,
    channel,
  })
}

async function fillIn(tx: Tx, relation: Relation, channel: string | null): Promise<void> {
  await tx.run(
    `UPDATE follow SET added_at = COALESCE(added_at, ?), state = COALESCE(state, ?), channel = COALESCE(channel, ?)
     WHERE external_userid = ? AND userid = ?`,
    [relation.createdAtMs ?? null, relation.state ?? null, channel, relation.externalUserId, relation.userId],
  )
}
