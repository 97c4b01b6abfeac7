import type { RowOf } from '../../core/db/define-table.ts'
import { list, lock, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { CUSTOMER, CUSTOMER_SOURCE, FOLLOW } from './customer-tables.ts'
import type { LostBy } from './event-source.ts'
import type { Friendship } from './friendship.ts'
import { isPair } from './is-pair.ts'
import type { Pair } from './relation.ts'

/** Holds the pair until the transaction ends, so that two processes never judge the same pair at once. `known` is
 *  undefined for a pair never heard of; its row exists from here on, inactive or with the friendship that `begins`.
 *  `isExpected`: it is most probably there. */
export async function holdPair(
  tx: Tx,
  pair: Pair,
  nowMs: number,
  begins?: Beginning & { isExpected?: boolean },
): Promise<Friendship | undefined> {
  const expected = begins?.isExpected === true ? await lockPair(tx, pair) : undefined
  if (expected !== undefined) return expected
  const first = begins === undefined ? { active: 0 } : begun(begins)
  const inserted = await tx.insertIgnore(FOLLOW, [
    { external_userid: pair.externalUserId, userid: pair.userId, known_at: nowMs, ...first },
  ])
  return inserted > 0 ? undefined : lockPair(tx, pair)
}

async function lockPair(tx: Tx, pair: Pair): Promise<Friendship | undefined> {
  const row = await tx.row(
    sql`SELECT ${pick(FOLLOW, 'active', 'half', 'announced', 'added_at', 'last_add_at', 'last_loss_at')} FROM ${FOLLOW}
        WHERE ${isPair(FOLLOW, pair)} ${lock()}`,
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

/** True when the customer is new to us, and then has come by the way that `begins`, if any. */
export async function keepCustomer(
  tx: Tx,
  externalUserId: string,
  nowMs: number,
  begins?: Beginning,
): Promise<boolean> {
  const first =
    begins === undefined
      ? {}
      : { first_channel: begins.channel, first_userid: begins.userId, first_added_at: begins.atMs }
  return (await tx.insertIgnore(CUSTOMER, [{ external_userid: externalUserId, known_at: nowMs, ...first }])) > 0
}

async function updateFollow(tx: Tx, pair: Pair, changes: Partial<RowOf<typeof FOLLOW>>): Promise<void> {
  await tx.run(sql`UPDATE ${FOLLOW} SET ${set(FOLLOW, changes)} WHERE ${isPair(FOLLOW, pair)}`)
}

export interface Beginning extends Pair {
  atMs: number
  half: boolean
  state: string | null
  channel: string | null
}

const begun = (add: Beginning) => ({
  active: 1,
  half: add.half ? 1 : 0,
  announced: 1,
  added_at: add.atMs,
  last_add_at: add.atMs,
  state: add.state,
  channel: add.channel,
})

/** Takes down a friendship of which nobody is told yet; true when the pair was never heard of. Who tells of it finds it as
 *  one that a sync has found. */
export const expectFriendship = async (tx: Tx, add: Beginning, nowMs: number): Promise<boolean> =>
  (await tx.insertIgnore(FOLLOW, [
    { external_userid: add.externalUserId, userid: add.userId, known_at: nowMs, ...begun(add), announced: 0 },
  ])) > 0

/** The last loss stays in the row: it tells late events of the friendship before from those of this one. */
export const beginFriendship = (tx: Tx, add: Beginning): Promise<void> => updateFollow(tx, add, begun(add))

/** An event about the present friendship that came after its beginning. */
export async function continueFriendship(tx: Tx, add: Beginning, known: Friendship, accepted: boolean): Promise<void> {
  await updateFollow(tx, add, {
    half: known.half && !accepted ? 1 : 0,
    last_add_at: Math.max(known.lastAddAtMs ?? add.atMs, add.atMs),
  })
  // A half add may carry the state and the add behind it not, or the other way round.
  if (add.state !== null) {
    await tx.run(
      sql`UPDATE ${FOLLOW} SET ${set(FOLLOW, { state: add.state, channel: add.channel })}
          WHERE ${isPair(FOLLOW, add)} AND ${FOLLOW.state} IS NULL`,
    )
  }
}

export async function endFriendship(tx: Tx, loss: Pair & { atMs: number; by: LostBy }): Promise<void> {
  await updateFollow(tx, loss, { active: 0, half: 0, lost_at: loss.atMs, lost_by: loss.by })
}

/** WeCom's number for a customer assigned by somebody else. */
export const ADD_WAY_ASSIGNED = 202

/** The new guide's present follow takes what it does not have from the old one's: source, remark. Its
 *  beginning counts as told. */
export async function inheritFollow(
  tx: Tx,
  { externalUserId, fromUserId, toUserId }: { externalUserId: string; fromUserId: string; toUserId: string },
  atMs: number,
): Promise<void> {
  const from = await tx.row(
    sql`SELECT ${pick(FOLLOW, 'state', 'channel', 'remark')} FROM ${FOLLOW}
        WHERE ${isPair(FOLLOW, { externalUserId, userId: fromUserId })}`,
  )
  const f = FOLLOW
  // The channel goes by the state of before, and MySQL sets one column after the other: it comes first.
  await tx.run(
    sql`UPDATE ${f} SET
          ${f.channel} = CASE WHEN ${f.state} IS NULL THEN COALESCE(${f.channel}, ${from?.channel ?? null})
            ELSE ${f.channel} END,
          ${f.state} = COALESCE(${f.state}, ${from?.state ?? null}),
          ${f.remark} = COALESCE(${f.remark}, ${from?.remark ?? null}),
          ${f.add_way} = COALESCE(${f.add_way}, ${ADD_WAY_ASSIGNED}),
          ${f.announced} = 1,
          ${f.last_add_at} = CASE WHEN ${f.last_add_at} IS NULL OR ${f.last_add_at} < ${atMs} THEN ${atMs}
            ELSE ${f.last_add_at} END
        WHERE ${isPair(FOLLOW, { externalUserId, userId: toUserId })} AND ${f.active} = 1`,
  )
}

/** Keeps the time of the newest loss, whichever friendship it ended: adds before it are past. */
export async function rememberLoss(tx: Tx, loss: Pair & { atMs: number }): Promise<void> {
  await tx.run(
    sql`UPDATE ${FOLLOW} SET ${set(FOLLOW, { last_loss_at: loss.atMs })}
        WHERE ${isPair(FOLLOW, loss)} AND (${FOLLOW.last_loss_at} IS NULL OR ${FOLLOW.last_loss_at} < ${loss.atMs})`,
  )
}

/** An add that was told after its friendship had ended. */
export async function recallBeginning(tx: Tx, add: Beginning): Promise<void> {
  await tx.run(
    sql`UPDATE ${FOLLOW} SET ${set(FOLLOW, { added_at: add.atMs, state: add.state, channel: add.channel })}
        WHERE ${isPair(FOLLOW, add)} AND ${FOLLOW.added_at} IS NULL`,
  )
}

/** Keeps the way the customer came; the earliest channel we know of stays the customer's source. `isFirst`: the customer was
 *  kept with it. */
export async function keepSource(tx: Tx, add: Beginning, isFirst = false): Promise<void> {
  await tx.insertLater(CUSTOMER_SOURCE, [
    {
      external_userid: add.externalUserId,
      userid: add.userId,
      added_at: add.atMs,
      channel: add.channel,
      state: add.state,
    },
  ])
  if (!isFirst) await settleFirstSources(tx, [add.externalUserId])
}

/** Makes the earliest way in each customer's source, and writes where it was another. */
export async function settleFirstSources(tx: Tx, externalUserIds: string[]): Promise<void> {
  const sources = await tx.rows(
    sql`SELECT ${pick(CUSTOMER_SOURCE, 'external_userid', 'userid', 'added_at', 'channel')} FROM ${CUSTOMER_SOURCE}
        WHERE ${CUSTOMER_SOURCE.external_userid} IN ${list(externalUserIds)}
        ORDER BY ${CUSTOMER_SOURCE.added_at}, ${CUSTOMER_SOURCE.id}`,
  )
  const known = await tx.rows(
    sql`SELECT ${pick(CUSTOMER, 'external_userid', 'first_channel', 'first_userid', 'first_added_at')} FROM ${CUSTOMER}
        WHERE ${CUSTOMER.external_userid} IN ${list(externalUserIds)}`,
  )
  const ways = groupBy(sources, (source) => source.external_userid)
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
    const found = { first_channel: channel, first_userid: first.userid, first_added_at: first.added_at }
    await tx.run(
      sql`UPDATE ${CUSTOMER} SET ${set(CUSTOMER, found)} WHERE ${CUSTOMER.external_userid} = ${customer.external_userid}`,
    )
  }
}
