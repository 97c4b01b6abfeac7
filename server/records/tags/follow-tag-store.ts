import type { Row, Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import type { TagSetBy } from './tag-queries.ts'

export interface Pair {
  externalUserId: string
  userId: string
}

export interface TagRow {
  external_userid: string
  userid: string
  tag_id: string
  set_by: TagSetBy
  set_at: number
}

const marks = (count: number): string => Array.from({ length: count }, () => '?').join(', ')

export const tagsOfPair = (tx: Tx, { externalUserId, userId }: Pair): Promise<TagRow[]> =>
  tx.rows<TagRow>(
    'SELECT external_userid, userid, tag_id, set_by, set_at FROM follow_tag WHERE external_userid = ? AND userid = ?',
    [externalUserId, userId],
  )

export const tagsOfCustomers = (tx: Tx, externalUserIds: string[]): Promise<TagRow[]> =>
  tx.rows<TagRow>(
    `SELECT external_userid, userid, tag_id, set_by, set_at FROM follow_tag
     WHERE external_userid IN (${marks(externalUserIds.length)})`,
    externalUserIds,
  )

/** Gives the ids that were not on before. */
export async function putOn(
  tx: Tx,
  { externalUserId, userId }: Pair,
  tagIds: string[],
  set: { by: TagSetBy; reason: Reason | undefined; atMs: number },
): Promise<string[]> {
  const fresh: string[] = []
  for (const tagId of tagIds) {
    const row: Row = {
      external_userid: externalUserId,
      userid: userId,
      tag_id: tagId,
      set_by: set.by,
      set_reason: set.reason === undefined ? null : JSON.stringify(set.reason),
      set_at: set.atMs,
    }
    if ((await tx.insertIgnore('follow_tag', [row])) > 0) fresh.push(tagId)
  }
  return fresh
}

/** The tags of pairs that had none, in one statement. */
export async function putOnAll(
  tx: Tx,
  pairs: (Pair & { tagIds: string[] })[],
  set: { by: TagSetBy; atMs: number },
): Promise<void> {
  const rows = pairs.flatMap(({ externalUserId, userId, tagIds }) =>
    tagIds.map((tagId) => ({
      external_userid: externalUserId,
      userid: userId,
      tag_id: tagId,
      set_by: set.by,
      set_reason: null,
      set_at: set.atMs,
    })),
  )
  if (rows.length > 0) await tx.insertIgnore('follow_tag', rows)
}

/** Gives the ids that were on. */
export async function takeOff(tx: Tx, { externalUserId, userId }: Pair, tagIds: string[]): Promise<string[]> {
  const gone: string[] = []
  for (const tagId of tagIds) {
    const taken = await tx.run('DELETE FROM follow_tag WHERE external_userid = ? AND userid = ? AND tag_id = ?', [
      externalUserId,
      userId,
      tagId,
    ])
    if (taken > 0) gone.push(tagId)
  }
  return gone
}

/* A reading of WeCom that was under way while we changed tags there says something old. So each pair remembers how many
   changes of ours are on their way and when the last one was done. */

/** One more change under way for each of these pairs. */
export const markPending = (tx: Tx, pairs: readonly Pair[]): Promise<void> =>
  tx.increase(
    'follow_tag_state',
    pairs.map(({ externalUserId, userId }) => ({ external_userid: externalUserId, userid: userId, pending: 1 })),
    ['external_userid', 'userid'],
    'pending',
  )

/** True when a reading came in between and must be done again. */
export async function markSettled(tx: Tx, { externalUserId, userId }: Pair, nowMs: number): Promise<boolean> {
  await tx.run(
    `UPDATE follow_tag_state SET pending = CASE WHEN pending > 0 THEN pending - 1 ELSE 0 END, marked_at = ?
     WHERE external_userid = ? AND userid = ?`,
    [nowMs, externalUserId, userId],
  )
  const reread = await tx.run(
    `UPDATE follow_tag_state SET wants_refresh = 0
     WHERE external_userid = ? AND userid = ? AND pending = 0 AND wants_refresh = 1`,
    [externalUserId, userId],
  )
  return reread > 0
}

export interface PairState {
  external_userid: string
  userid: string
  pending: number
  marked_at: number | null
}

export const unsettledPairs = (tx: Tx, externalUserIds: string[], readAtMs: number): Promise<PairState[]> =>
  tx.rows<PairState>(
    `SELECT external_userid, userid, pending, marked_at FROM follow_tag_state
     WHERE external_userid IN (${marks(externalUserIds.length)}) AND (pending > 0 OR marked_at > ?)`,
    [...externalUserIds, readAtMs],
  )

export async function wantReading(tx: Tx, { externalUserId, userId }: Pair): Promise<void> {
  await tx.run('UPDATE follow_tag_state SET wants_refresh = 1 WHERE external_userid = ? AND userid = ?', [
    externalUserId,
    userId,
  ])
}

/** The guide's new userid takes the pairs over; a pair that has the new one already keeps it. Safe to repeat. */
export async function renameGuideOfTags(tx: Tx, oldUserId: string, newUserId: string): Promise<void> {
  for (const [table, same] of [
    ['follow_tag', 'AND n.tag_id = o.tag_id'],
    ['follow_tag_state', ''],
  ] as const) {
    const twice = await tx.rows<{ id: number }>(
      `SELECT o.id AS id FROM ${table} o JOIN ${table} n
       ON n.external_userid = o.external_userid AND n.userid = ? ${same} WHERE o.userid = ?`,
      [newUserId, oldUserId],
    )
    for (const { id } of twice) await tx.run(`DELETE FROM ${table} WHERE id = ?`, [id])
    await tx.run(`UPDATE ${table} SET userid = ? WHERE userid = ?`, [newUserId, oldUserId])
  }
}

/** The tags of a customer who was handed over go with the customer, as on the platform. Safe to repeat. */
export async function handOverTags(
  tx: Tx,
  { externalUserId, fromUserId, toUserId }: { externalUserId: string; fromUserId: string; toUserId: string },
): Promise<void> {
  const rows = await tx.rows<Row>(
    'SELECT external_userid, tag_id, set_by, set_reason, set_at FROM follow_tag WHERE external_userid = ? AND userid = ?',
    [externalUserId, fromUserId],
  )
  await tx.insertIgnore(
    'follow_tag',
    rows.map((row) => ({ ...row, userid: toUserId })),
  )
  await tx.run('DELETE FROM follow_tag WHERE external_userid = ? AND userid = ?', [externalUserId, fromUserId])
}
