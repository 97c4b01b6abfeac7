import type { Row, Tx } from '../../core/db/tx.ts'
import type { LostBy } from './customer-queries.ts'
import type { Friendship } from './friendship.ts'

interface StoredFriendship {
  active: number
  half: number
  announced: number
  added_at: number | null
  last_add_at: number | null
  last_loss_at: number | null
}

/** Holds the pair until the transaction ends, so that two processes never judge the same pair at once. `known` is
 *  undefined for a pair never heard of; its row exists from here on, inactive. */
export async function holdPair(
  tx: Tx,
  pair: { externalUserId: string; userId: string },
  nowMs: number,
): Promise<Friendship | undefined> {
  const inserted = await tx.insertIgnore('follow', [
    { external_userid: pair.externalUserId, userid: pair.userId, active: 0, known_at: nowMs },
  ])
  if (inserted > 0) return undefined
  const row = await tx.row<StoredFriendship>(
    `SELECT active, half, announced, added_at, last_add_at, last_loss_at FROM follow
     WHERE external_userid = ? AND userid = ?${tx.dialect === 'mysql' ? ' FOR UPDATE' : ''}`,
    [pair.externalUserId, pair.userId],
  )
  if (row === undefined) return undefined
  return {
    active: row.active === 1,
    half: row.half === 1,
    announced: row.announced === 1,
    addedAtMs: row.added_at ?? undefined,
    lastAddAtMs: row.last_add_at ?? undefined,
    lastLossAtMs: row.last_loss_at ?? undefined,
  }
}

/** True when the customer is new to us. */
export const keepCustomer = async (tx: Tx, externalUserId: string, nowMs: number): Promise<boolean> =>
  (await tx.insertIgnore('customer', [{ external_userid: externalUserId, known_at: nowMs }])) > 0

async function updateFollow(tx: Tx, pair: { externalUserId: string; userId: string }, changes: Row): Promise<void> {
  const columns = Object.keys(changes)
  await tx.run(
    `UPDATE follow SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE external_userid = ? AND userid = ?`,
    [...columns.map((column) => changes[column] ?? null), pair.externalUserId, pair.userId],
  )
}

export interface Beginning {
  externalUserId: string
  userId: string
  atMs: number
  half: boolean
  state: string | null
  channel: string | null
}

/** The last loss stays in the row: it tells late events of the friendship before from those of this one. */
export async function beginFriendship(tx: Tx, add: Beginning): Promise<void> {
  await updateFollow(tx, add, {
    active: 1,
    half: add.half ? 1 : 0,
    announced: 1,
    added_at: add.atMs,
    last_add_at: add.atMs,
    state: add.state,
    channel: add.channel,
  })
}

/** An event about the present friendship that came after its beginning. */
export async function continueFriendship(tx: Tx, add: Beginning, known: Friendship, accepted: boolean): Promise<void> {
  await updateFollow(tx, add, {
    half: known.half && !accepted ? 1 : 0,
    last_add_at: Math.max(known.lastAddAtMs ?? add.atMs, add.atMs),
  })
  // A half add may carry the state and the add behind it not, or the other way round.
  if (add.state !== null) {
    await tx.run(
      `UPDATE follow SET state = ?, channel = ? WHERE external_userid = ? AND userid = ? AND state IS NULL`,
      [add.state, add.channel, add.externalUserId, add.userId],
    )
  }
}

export async function endFriendship(
  tx: Tx,
  loss: { externalUserId: string; userId: string; atMs: number; by: LostBy },
): Promise<void> {
  await updateFollow(tx, loss, { active: 0, half: 0, lost_at: loss.atMs, lost_by: loss.by })
}

/** WeCom's number for a customer assigned by somebody else. */
export const ADD_WAY_ASSIGNED = 202

/** The new guide's present follow takes what it does not have from the old one's: source, remark, description. Its
 *  beginning counts as told. */
export async function inheritFollow(
  tx: Tx,
  { externalUserId, fromUserId, toUserId }: { externalUserId: string; fromUserId: string; toUserId: string },
  atMs: number,
): Promise<void> {
  const from = await tx.row<{
    state: string | null
    channel: string | null
    remark: string | null
    description: string | null
  }>('SELECT state, channel, remark, description FROM follow WHERE external_userid = ? AND userid = ?', [
    externalUserId,
    fromUserId,
  ])
  await tx.run(
    `UPDATE follow SET channel = CASE WHEN state IS NULL THEN COALESCE(channel, ?) ELSE channel END,
       state = COALESCE(state, ?), remark = COALESCE(remark, ?), description = COALESCE(description, ?),
       add_way = COALESCE(add_way, ?), announced = 1,
       last_add_at = CASE WHEN last_add_at IS NULL OR last_add_at < ? THEN ? ELSE last_add_at END
     WHERE external_userid = ? AND userid = ? AND active = 1`,
    [
      from?.channel ?? null,
      from?.state ?? null,
      from?.remark ?? null,
      from?.description ?? null,
      ADD_WAY_ASSIGNED,
      atMs,
      atMs,
      externalUserId,
      toUserId,
    ],
  )
}

/** Keeps the time of the newest loss, whichever friendship it ended: adds before it are past. */
export async function rememberLoss(
  tx: Tx,
  loss: { externalUserId: string; userId: string; atMs: number },
): Promise<void> {
  await tx.run(
    `UPDATE follow SET last_loss_at = ?
     WHERE external_userid = ? AND userid = ? AND (last_loss_at IS NULL OR last_loss_at < ?)`,
    [loss.atMs, loss.externalUserId, loss.userId, loss.atMs],
  )
}

/** An add that was told after its friendship had ended. */
export async function recallBeginning(tx: Tx, add: Beginning): Promise<void> {
  await tx.run(
    `UPDATE follow SET added_at = ?, state = ?, channel = ? WHERE external_userid = ? AND userid = ? AND added_at IS NULL`,
    [add.atMs, add.state, add.channel, add.externalUserId, add.userId],
  )
}

/** Keeps the way the customer came; the earliest channel we know of stays the customer's source. */
export async function keepSource(tx: Tx, add: Beginning): Promise<void> {
  await tx.insertIgnore('customer_source', [
    {
      external_userid: add.externalUserId,
      userid: add.userId,
      added_at: add.atMs,
      channel: add.channel,
      state: add.state,
    },
  ])
  await settleFirstSources(tx, [add.externalUserId])
}

/** Makes the earliest way in each customer's source, and writes where it was another. */
export async function settleFirstSources(tx: Tx, externalUserIds: string[]): Promise<void> {
  const marks = externalUserIds.map(() => '?').join(', ')
  const sources = await tx.rows<{ external_userid: string; userid: string; added_at: number; channel: string | null }>(
    `SELECT external_userid, userid, added_at, channel FROM customer_source WHERE external_userid IN (${marks})
     ORDER BY added_at, id`,
    externalUserIds,
  )
  const known = await tx.rows<{
    external_userid: string
    first_channel: string | null
    first_userid: string | null
    first_added_at: number | null
  }>(
    `SELECT external_userid, first_channel, first_userid, first_added_at FROM customer WHERE external_userid IN (${marks})`,
    externalUserIds,
  )
  const ways = new Map<string, typeof sources>()
  for (const source of sources) {
    const before = ways.get(source.external_userid)
    if (before === undefined) ways.set(source.external_userid, [source])
    else before.push(source)
  }
  for (const customer of known) {
    const own = ways.get(customer.external_userid) ?? []
    const first = own[0]
    if (first === undefined) continue
    const channel = own.find((source) => source.channel !== null)?.channel ?? null
    const isSame =
      customer.first_channel === channel &&
      customer.first_userid === first.userid &&
      customer.first_added_at === first.added_at
    if (isSame) continue
    await tx.run(
      'UPDATE customer SET first_channel = ?, first_userid = ?, first_added_at = ? WHERE external_userid = ?',
      [channel, first.userid, first.added_at, customer.external_userid],
    )
  }
}
