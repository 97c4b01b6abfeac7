import { alias } from '../../core/db/define-table.ts'
import { list, pick, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { isPair } from '../customers/is-pair.ts'
import type { Pair } from '../customers/relation.ts'
import { FOLLOW_TAG, FOLLOW_TAG_STATE, type TagSetBy } from './tag-tables.ts'

const t = FOLLOW_TAG
const s = FOLLOW_TAG_STATE

/** A tag that is on a pair. */
export interface KeptTag extends Pair {
  tagId: string
  setBy: TagSetBy
  setAtMs: number
}

const KEPT = select({
  externalUserId: t.external_userid,
  userId: t.userid,
  tagId: t.tag_id,
  setBy: t.set_by,
  setAtMs: t.set_at,
})

export const tagsOfPair = (tx: Tx, pair: Pair): Promise<KeptTag[]> =>
  tx.rows(sql`SELECT ${KEPT} FROM ${t} WHERE ${isPair(t, pair)}`)

export const tagsOfCustomers = (tx: Tx, externalUserIds: string[]): Promise<KeptTag[]> =>
  tx.rows(sql`SELECT ${KEPT} FROM ${t} WHERE ${t.external_userid} IN ${list(externalUserIds)}`)

/** Gives the ids that were not on before. */
export async function putOn(
  tx: Tx,
  { externalUserId, userId }: Pair,
  tagIds: string[],
  put: { by: TagSetBy; reason: Reason | undefined; atMs: number },
): Promise<string[]> {
  const pair = { externalUserId, userId }
  // Of a single one the database says whether it is new.
  const on = new Set(tagIds.length < 2 ? [] : (await tagsOfPair(tx, pair)).map(({ tagId }) => tagId))
  const wanted = [...new Set(tagIds)].filter((tagId) => !on.has(tagId))
  if (wanted.length === 0) return []
  const inserted = await tx.insertIgnore(
    t,
    wanted.map((tagId) => ({
      external_userid: externalUserId,
      userid: userId,
      tag_id: tagId,
      set_by: put.by,
      set_reason: put.reason === undefined ? null : JSON.stringify(put.reason),
      set_at: put.atMs,
    })),
  )
  if (inserted === wanted.length) return wanted
  if (inserted === 0) return []
  // Another process has put some of them on since we looked.
  const now = await tagsOfPair(tx, pair)
  const ours = new Set(now.filter((tag) => tag.setBy === put.by && tag.setAtMs === put.atMs).map(({ tagId }) => tagId))
  return wanted.filter((tagId) => ours.has(tagId))
}

/** The tags of pairs that had none, in one statement. */
export async function putOnAll(
  tx: Tx,
  pairs: (Pair & { tagIds: string[] })[],
  put: { by: TagSetBy; atMs: number },
): Promise<void> {
  const rows = pairs.flatMap(({ externalUserId, userId, tagIds }) =>
    tagIds.map((tagId) => ({
      external_userid: externalUserId,
      userid: userId,
      tag_id: tagId,
      set_by: put.by,
      set_reason: null,
      set_at: put.atMs,
    })),
  )
  if (rows.length > 0) await tx.insertIgnore(t, rows)
}

/** Gives the ids that were on. */
export async function takeOff(tx: Tx, pair: Pair, tagIds: string[]): Promise<string[]> {
  const gone: string[] = []
  for (const tagId of tagIds) {
    const taken = await tx.run(sql`DELETE FROM ${t} WHERE ${isPair(t, pair)} AND ${t.tag_id} = ${tagId}`)
    if (taken > 0) gone.push(tagId)
  }
  return gone
}

/* A reading of WeCom that was under way while we changed tags there says something old. So each pair remembers how many
   changes of ours are on their way and when the last one was done. */

/** One more change under way for each of these pairs. */
export const markPending = (tx: Tx, pairs: readonly Pair[]): Promise<void> =>
  tx.increaseLater(
    s,
    pairs.map(({ externalUserId, userId }) => ({ external_userid: externalUserId, userid: userId, pending: 1 })),
    ['external_userid', 'userid'],
    'pending',
  )

/** True when a reading came in between and must be done again. */
export async function markSettled(tx: Tx, pair: Pair, nowMs: number): Promise<boolean> {
  const settled = sql`${s.pending} = CASE WHEN ${s.pending} > 0 THEN ${s.pending} - 1 ELSE 0 END,
          ${s.marked_at} = ${nowMs}`
  const isUnread = sql`${isPair(s, pair)} AND ${s.wants_refresh} = 0`
  if ((await tx.run(sql`UPDATE ${s} SET ${settled} WHERE ${isUnread}`)) > 0) return false
  await tx.run(sql`UPDATE ${s} SET ${settled} WHERE ${isPair(s, pair)}`)
  const isLast = sql`${isPair(s, pair)} AND ${s.pending} = 0 AND ${s.wants_refresh} = 1`
  return (await tx.run(sql`UPDATE ${s} SET ${set(s, { wants_refresh: 0 })} WHERE ${isLast}`)) > 0
}

/** Changes of ours on their way to a pair's tags, or done since a reading began. */
export interface PairState extends Pair {
  pending: number
}

export const unsettledPairs = (tx: Tx, externalUserIds: string[], readAtMs: number): Promise<PairState[]> =>
  tx.rows(
    sql`SELECT ${select({ externalUserId: s.external_userid, userId: s.userid, pending: s.pending })} FROM ${s}
        WHERE ${s.external_userid} IN ${list(externalUserIds)} AND (${s.pending} > 0 OR ${s.marked_at} > ${readAtMs})`,
  )

export async function wantReading(tx: Tx, pair: Pair): Promise<void> {
  await tx.run(sql`UPDATE ${s} SET ${set(s, { wants_refresh: 1 })} WHERE ${isPair(s, pair)}`)
}

/** The guide's new userid takes the pairs over; a pair that has the new one already keeps it. Safe to repeat. */
export async function renameGuideOfTags(tx: Tx, oldUserId: string, newUserId: string): Promise<void> {
  const [oldTag, newTag, oldState, newState] = [alias(t, 'o'), alias(t, 'n'), alias(s, 'o'), alias(s, 'n')]
  const tags = await tx.rows(
    sql`SELECT ${pick(oldTag, 'id')} FROM ${oldTag} JOIN ${newTag} ON ${newTag.external_userid} = ${oldTag.external_userid}
          AND ${newTag.userid} = ${newUserId} AND ${newTag.tag_id} = ${oldTag.tag_id}
        WHERE ${oldTag.userid} = ${oldUserId}`,
  )
  const states = await tx.rows(
    sql`SELECT ${pick(oldState, 'id')} FROM ${oldState}
        JOIN ${newState} ON ${newState.external_userid} = ${oldState.external_userid} AND ${newState.userid} = ${newUserId}
        WHERE ${oldState.userid} = ${oldUserId}`,
  )
  for (const { table, twice } of [
    { table: t, twice: tags },
    { table: s, twice: states },
  ]) {
    for (const { id } of twice) await tx.run(sql`DELETE FROM ${table} WHERE ${table.id} = ${id}`)
    await tx.run(sql`UPDATE ${table} SET ${table.userid} = ${newUserId} WHERE ${table.userid} = ${oldUserId}`)
  }
}

/** The tags of a customer who was handed over go with the customer, as on the platform. Safe to repeat. */
export async function handOverTags(
  tx: Tx,
  { externalUserId, fromUserId, toUserId }: { externalUserId: string; fromUserId: string; toUserId: string },
): Promise<void> {
  const isFormer = isPair(t, { externalUserId, userId: fromUserId })
  const rows = await tx.rows(
    sql`SELECT ${pick(t, 'external_userid', 'tag_id', 'set_by', 'set_reason', 'set_at')} FROM ${t} WHERE ${isFormer}`,
  )
  await tx.insertIgnore(
    t,
    rows.map((row) => ({ ...row, userid: toUserId })),
  )
  await tx.run(sql`DELETE FROM ${t} WHERE ${isFormer}`)
}
