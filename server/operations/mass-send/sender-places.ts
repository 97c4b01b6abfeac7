import { list, lock, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { giveBack } from '../tasks/give-back.ts'
import { type BatchRow, SEND_RUN, SEND_SENDER, type SenderRow } from './send-tables.ts'

export interface ConfirmDeps {
  /** What guides are to confirm is work of their day. */
  confirms(tx: Tx, userIds: readonly string[], atMs: number): Promise<void>
}

/** Who is expected to send these tasks and has no place for it yet: they count on the day of `atMs` from now on. Gives their userids, for
 *  whoever takes the places, one for each task. */
export async function countExpected(tx: Tx, batchIds: readonly number[], atMs: number): Promise<string[]> {
  if (batchIds.length === 0) return []
  const isOpen = sql`${SEND_SENDER.batch_id} IN ${list(batchIds)} AND ${SEND_SENDER.expected} = 1 AND ${SEND_SENDER.counted_on} IS NULL`
  const expected = await tx.rows(sql`SELECT ${pick(SEND_SENDER, 'userid')} FROM ${SEND_SENDER} WHERE ${isOpen}`)
  await tx.run(sql`UPDATE ${SEND_SENDER} SET ${set(SEND_SENDER, { counted_on: dayOf(atMs) })} WHERE ${isOpen}`)
  return expected.map(({ userid }) => userid)
}

/** What these have to confirm no longer counts; gives the places to give back. */
export async function countOff(tx: Tx, senders: readonly SenderRow[]): Promise<{ userId: string; day: string }[]> {
  const counted = senders.flatMap(({ id, userid: userId, counted_on: day }) =>
    day === null ? [] : [{ id, userId, day }],
  )
  if (counted.length === 0) return []
  const none = set(SEND_SENDER, { counted_on: null })
  await tx.run(sql`UPDATE ${SEND_SENDER} SET ${none} WHERE ${SEND_SENDER.id} IN ${list(counted.map(({ id }) => id))}`)
  return counted.map(({ userId, day }) => ({ userId, day }))
}

/** Those whom WeCom has chosen have the task: a place of the day on which it was made is theirs. Not where the run has been cancelled, which
 *  waits for this, or this for it. Gives everybody who is, or was expected to be, a sender. Safe to repeat. */
export async function countChosen(
  tx: Tx,
  { confirms }: ConfirmDeps,
  batch: Pick<BatchRow, 'id' | 'run_id'>,
  { userIds, madeAtMs }: { userIds: readonly string[]; madeAtMs: number },
): Promise<SenderRow[]> {
  const run = await tx.row(
    sql`SELECT ${pick(SEND_RUN, 'state')} FROM ${SEND_RUN} WHERE ${SEND_RUN.id} = ${batch.run_id} ${lock()}`,
  )
  const known = new Set((await sendersOf(tx, [batch.id])).map(({ userid }) => userid))
  const fresh = userIds.filter((one) => !known.has(one))
  const isCounted = run?.state === 'running'
  await tx.insertIgnore(
    SEND_SENDER,
    fresh.map((userid) => ({
      ...{ batch_id: batch.id, userid, expected: 0, chosen: 1 },
      counted_on: isCounted ? dayOf(madeAtMs) : null,
    })),
  )
  if (isCounted) await confirms(tx, fresh, madeAtMs)
  if (userIds.length > 0) {
    const chosen = set(SEND_SENDER, { chosen: 1 })
    await tx.run(
      sql`UPDATE ${SEND_SENDER} SET ${chosen} WHERE ${SEND_SENDER.batch_id} = ${batch.id}
            AND ${SEND_SENDER.userid} IN ${list(userIds)} AND ${SEND_SENDER.chosen} = 0`,
    )
  }
  return sendersOf(tx, [batch.id])
}

/** Whoever was expected, and does not send, has their place back. Safe to repeat. */
export async function freeUnchosen(tx: Tx, batchId: number): Promise<void> {
  const senders = await sendersOf(tx, [batchId])
  await giveBack(
    tx,
    await countOff(
      tx,
      senders.filter(({ chosen }) => chosen === 0),
    ),
  )
}

/** By name, as others wrote them a moment ago. */
export const sendersOf = (tx: Tx, batchIds: readonly number[]): Promise<SenderRow[]> =>
  batchIds.length === 0
    ? Promise.resolve([])
    : tx.rows(
        sql`SELECT ${pick(SEND_SENDER, 'id', 'batch_id', 'userid', 'expected', 'chosen', 'room', 'counted_on', 'read_at', 'confirmed_at')}
            FROM ${SEND_SENDER} WHERE ${SEND_SENDER.batch_id} IN ${list(batchIds)} ORDER BY ${SEND_SENDER.userid}, ${SEND_SENDER.id} ${lock()}`,
      )

const dayOf = (atMs: number): string => shanghaiText(atMs).slice(0, 10)
