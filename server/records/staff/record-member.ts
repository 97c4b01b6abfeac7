import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { updateMember } from './keep-member.ts'
import type { MemberReading } from './read-staff.ts'
import { StaffLeft } from './staff-events.ts'
import { STAFF } from './staff-tables.ts'

interface RecordMemberDeps {
  clock: Clock
  emit: Emit
}

const s = STAFF

/** Writes what the platform says of one member; undefined: we may not look. `leftAtMs`: an event has told so already, UTC
 *  milliseconds. True when the member has left and we had not heard of it. Safe to repeat. */
export async function recordMember(
  tx: Tx,
  {
    userId,
    reading,
    leftAtMs,
  }: {
    userId: string
    reading: MemberReading | 'gone' | 'unseen' | undefined
    leftAtMs?: number | undefined
  },
  { clock, emit }: RecordMemberDeps,
): Promise<boolean> {
  const tellLeft = (atMs: number): Promise<void> =>
    emit(tx, StaffLeft, { key: `${userId}:${atMs}`, atMs, payload: { userId, leftAtMs: atMs } })
  if (reading === undefined || reading === 'unseen') {
    // Whom it never saw: such an app was given no sight of the directory at all.
    if (reading === 'unseen' && (await wasSeen(tx, userId))) await loseSight(tx, userId, clock.now())
    // We may not look, so the event has the last word.
    if (leftAtMs !== undefined) await tellLeft(leftAtMs)
    return false
  }
  const state = reading === 'gone' ? 'left' : (reading.state ?? 'active')
  const hasLeft = state === 'left'
  const foundLeft = hasLeft ? await writeLeft(tx, userId, clock.now()) : false
  await updateMember(tx, userId, {
    ...(reading !== 'gone' && reading.name !== undefined ? { name: reading.name } : {}),
    ...(reading === 'gone' || reading.departments === undefined
      ? {}
      : { departments: JSON.stringify(reading.departments) }),
    ...(reading === 'gone' || reading.leads === undefined ? {} : { leads: JSON.stringify(reading.leads) }),
    state,
    ...(hasLeft ? {} : { left_at: null, unseen_at: null }),
    detail_at: clock.now(),
  })
  if (hasLeft && leftAtMs !== undefined) await tellLeft(leftAtMs)
  else if (foundLeft) await tellLeft(clock.now())
  return foundLeft
}

const wasSeen = async (tx: Tx, userId: string): Promise<boolean> =>
  (await tx.row(sql`SELECT 1 FROM ${s} WHERE ${s.userid} = ${userId} AND ${s.name} IS NOT NULL`)) !== undefined

/** From now on the app does not see the member, and neither does the member see anything through it. Safe to repeat. */
export const loseSight = (tx: Tx, userId: string, atMs: number): Promise<number> =>
  tx.run(
    sql`UPDATE ${s} SET ${set(s, { unseen_at: atMs })}
        WHERE ${s.userid} = ${userId} AND ${s.unseen_at} IS NULL`,
  )

/** True when nobody had heard of it. */
const writeLeft = async (tx: Tx, userId: string, atMs: number): Promise<boolean> =>
  (await tx.run(
    sql`UPDATE ${s} SET ${set(s, { left_at: atMs })} WHERE ${s.userid} = ${userId} AND ${s.state} <> 'left'`,
  )) > 0
