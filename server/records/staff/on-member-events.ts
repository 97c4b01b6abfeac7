import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { StoredEvent } from '../../engine/inbox/event-kind.ts'
import { type Subscription, subscribe } from '../../engine/inbox/subscription.ts'
import { BatchJobEnded, MemberSubscribed, MemberUnsubscribed } from '../../platform/wecom/callback/app-events.ts'
import {
  CreateParty,
  CreateUser,
  DeleteParty,
  DeleteUser,
  UpdateParty,
  UpdateUser,
} from '../../platform/wecom/callback/callback-events.ts'
import { askForMember, keepMember, updateMember } from './keep-member.ts'
import { loseSight } from './record-member.ts'
import { renameStaff } from './rename-staff.ts'
import { ListStaff } from './staff-actions.ts'
import { StaffRenamed } from './staff-events.ts'
import { staffQueries } from './staff-queries.ts'
import { STAFF, STAFF_RENAME } from './staff-tables.ts'

export interface MemberEventDeps {
  clock: Clock
  outbox: Outbox
  emit: Emit
}

interface MemberPayload {
  UserID: string
  Name?: string
  Department?: string
}
type MemberEvent = StoredEvent<MemberPayload & { NewUserID?: string }>

const s = STAFF

/** `1,2` as [1, 2]. */
const departmentsOf = (text: string): number[] =>
  text
    .split(',')
    .map(Number)
    .filter((id) => Number.isSafeInteger(id) && id > 0)

async function joined(tx: Tx, event: StoredEvent<MemberPayload>, deps: MemberEventDeps): Promise<void> {
  // A userid that somebody gave up may be a new member's; events under it are theirs from now on.
  const r = STAFF_RENAME
  const { payload, eventAtMs } = event
  await tx.run(sql`DELETE FROM ${r} WHERE ${r.old_userid} = ${payload.UserID} AND ${r.renamed_at} < ${eventAtMs}`)
  // So it is with the userid of somebody who left: nothing of theirs, such as a login, goes over.
  await tx.run(
    sql`UPDATE ${s} SET ${set(s, { state: 'active', left_at: null, known_at: deps.clock.now() })}
        WHERE ${s.userid} = ${payload.UserID} AND ${s.state} = 'left' AND ${s.left_at} < ${eventAtMs}`,
  )
  await changed(tx, event, deps)
}

async function changed(tx: Tx, event: MemberEvent, { clock, outbox, emit }: MemberEventDeps): Promise<void> {
  const { UserID, NewUserID, Name, Department } = event.payload
  if (NewUserID !== undefined && NewUserID !== '' && NewUserID !== UserID) {
    await renameStaff(tx, UserID, NewUserID, event.eventAtMs)
    await outbox.readdress(tx, UserID, NewUserID)
    const payload = { oldUserId: UserID, newUserId: NewUserID }
    await emit(tx, StaffRenamed, { key: event.dedupeKey, atMs: event.eventAtMs, payload })
  }
  const userId = await staffQueries.currentIdOf(tx, UserID)
  await keepMember(tx, userId, clock)
  if (Name !== undefined && Name !== '') {
    await tx.run(sql`UPDATE ${s} SET ${set(s, { name: Name })} WHERE ${s.userid} = ${userId} AND ${s.name} IS NULL`)
  }
  if (Department !== undefined && Department !== '') {
    // Where the app may not read the member, this is all that we learn.
    await updateMember(tx, userId, { departments: JSON.stringify(departmentsOf(Department)) })
  }
  await askForMember(tx, outbox, { userId, key: event.dedupeKey })
}

async function left(tx: Tx, event: StoredEvent<MemberPayload>, { clock, outbox }: MemberEventDeps): Promise<void> {
  const userId = await staffQueries.currentIdOf(tx, event.payload.UserID)
  await keepMember(tx, userId, clock)
  const now = await tx.run(
    sql`UPDATE ${s} SET ${set(s, { state: 'left', left_at: event.eventAtMs })}
        WHERE ${s.userid} = ${userId} AND ${s.state} <> 'left'`,
  )
  // The userid may have been given to somebody new before this event came: WeCom knows, and then it is told.
  const leftAtMs = now > 0 ? event.eventAtMs : undefined
  await askForMember(tx, outbox, { userId, key: event.dedupeKey, leftAtMs })
}

/** Their sessions end by it at once; the reading that is asked for tells whether they have come back since. */
async function fellOutOfRange(
  tx: Tx,
  { payload, eventAtMs, dedupeKey }: StoredEvent<{ FromUserName: string }>,
  { clock, outbox }: MemberEventDeps,
): Promise<void> {
  const userId = await staffQueries.currentIdOf(tx, payload.FromUserName)
  await keepMember(tx, userId, clock)
  await loseSight(tx, userId, eventAtMs)
  await askForMember(tx, outbox, { userId, key: dedupeKey })
}

/** A department was moved or deleted, or many members came at once: who is in sight and where is read again, once for
 *  all that is told within a minute. */
async function askForListing(tx: Tx, { clock, outbox }: MemberEventDeps): Promise<void> {
  const nextMinute = Math.floor(clock.now() / MINUTE_MS) + 1
  await outbox.enqueue(tx, ListStaff, {
    key: `staff.list:heard:${nextMinute}`,
    payload: {},
    reason: { text: '部门或成员名单有变化' },
    dueAtMs: nextMinute * MINUTE_MS,
  })
}

/** What WeCom tells of members and departments. */
export const onMemberEvents = (deps: MemberEventDeps): Subscription[] => [
  subscribe('staff.create', CreateUser, (tx, event) => joined(tx, event, deps)),
  subscribe('staff.update', UpdateUser, (tx, event) => changed(tx, event, deps)),
  subscribe('staff.delete', DeleteUser, (tx, event) => left(tx, event, deps)),
  subscribe('staff.party-created', CreateParty, (tx) => askForListing(tx, deps)),
  subscribe('staff.party-updated', UpdateParty, (tx) => askForListing(tx, deps)),
  subscribe('staff.party-deleted', DeleteParty, (tx) => askForListing(tx, deps)),
  subscribe('staff.imported', BatchJobEnded, (tx) => askForListing(tx, deps)),
  subscribe('staff.subscribed', MemberSubscribed, (tx, event) =>
    changed(tx, { ...event, payload: { UserID: event.payload.FromUserName } }, deps),
  ),
  subscribe('staff.unsubscribed', MemberUnsubscribed, (tx, event) => fellOutOfRange(tx, event, deps)),
]
