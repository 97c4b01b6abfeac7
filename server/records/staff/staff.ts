import { leftOut, type RowOf } from '../../core/db/define-table.ts'
import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { StoredEvent } from '../../engine/inbox/event-kind.ts'
import { subscribe } from '../../engine/inbox/subscription.ts'
import { BatchJobEnded, MemberSubscribed } from '../../platform/wecom/callback/app-events.ts'
import {
  CreateParty,
  CreateUser,
  DeleteParty,
  DeleteUser,
  UpdateParty,
  UpdateUser,
} from '../../platform/wecom/callback/callback-events.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { createListStaff, type MemberReading, readMember, type StaffListing } from './read-staff.ts'
import { renameStaff } from './rename-staff.ts'
import { ListStaff, RefreshStaff } from './staff-actions.ts'
import { StaffLeft, StaffRenamed } from './staff-events.ts'
import { staffQueries } from './staff-queries.ts'
import { STAFF, STAFF_RENAME } from './staff-tables.ts'

export interface StaffDeps {
  wecom: Pick<Wecom, 'contacts' | 'staff'>
  clock: Clock
  outbox: Outbox
  emit: Emit
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
}

/** What a listing changed in what we knew; userids. */
export interface StaffChanges {
  becameGuides: string[]
  ceasedGuides: string[]
  renamed: string[]
}

interface MemberPayload {
  UserID: string
  Name?: string
  Department?: string
}

const s = STAFF

/** `1,2` as [1, 2]. */
const departmentsOf = (text: string): number[] =>
  text
    .split(',')
    .map(Number)
    .filter((id) => Number.isSafeInteger(id) && id > 0)

const update = (tx: Tx, userId: string, changes: Partial<RowOf<typeof STAFF>>): Promise<number> =>
  tx.run(sql`UPDATE ${s} SET ${set(s, changes)} WHERE ${s.userid} = ${userId}`)

/** The members of the corp: their names, who has customers, who was renamed or left. */
export function createStaff({ wecom, clock, outbox, emit, db }: StaffDeps) {
  const listStaff = createListStaff({ wecom, clock })
  const askFor = (tx: Tx, userId: string, key: string, leftAtMs?: number): Promise<boolean> =>
    outbox.enqueue(tx, RefreshStaff, {
      key: `staff.refresh:${key}`,
      userId,
      payload: { userId, ...(leftAtMs === undefined ? {} : { leftAtMs }) },
      reason: { text: '读取成员资料' },
    })

  const keep = async (tx: Tx, userId: string): Promise<boolean> =>
    (await tx.insertIgnore(s, [{ userid: userId, state: 'active', known_at: clock.now() }])) > 0

  /** Makes a row for a member met in an event, and asks for the name. Safe to repeat. */
  const ensureKnown = async (tx: Tx, userId: string): Promise<void> => {
    // Nearly always so; writing to a busy guide's row for each new customer would make all of them wait for each other.
    if ((await staffQueries.get(tx, userId))?.isGuide === true) return
    if (await keep(tx, userId)) await askFor(tx, userId, `new:${userId}`)
    await tx.run(sql`UPDATE ${s} SET ${set(s, { is_guide: 1 })} WHERE ${s.userid} = ${userId} AND ${s.is_guide} = 0`)
  }

  /** A department was moved or deleted, or many members came at once: who is in sight and where is read again, once for
   *  all that is told within a minute. */
  const askForListing = async (tx: Tx): Promise<void> => {
    const nextMinute = Math.floor(clock.now() / MINUTE_MS) + 1
    await outbox.enqueue(tx, ListStaff, {
      key: `staff.list:heard:${nextMinute}`,
      payload: {},
      reason: { text: '部门或成员名单有变化' },
      dueAtMs: nextMinute * MINUTE_MS,
    })
  }

  async function changed(tx: Tx, event: StoredEvent<MemberPayload & { NewUserID?: string }>): Promise<void> {
    const { UserID, NewUserID, Name, Department } = event.payload
    if (NewUserID !== undefined && NewUserID !== '' && NewUserID !== UserID) {
      await renameStaff(tx, UserID, NewUserID, event.eventAtMs)
      await outbox.readdress(tx, UserID, NewUserID)
      const payload = { oldUserId: UserID, newUserId: NewUserID }
      await emit(tx, StaffRenamed, { key: event.dedupeKey, atMs: event.eventAtMs, payload })
    }
    const userId = await staffQueries.currentIdOf(tx, UserID)
    await keep(tx, userId)
    if (Name !== undefined && Name !== '') {
      await tx.run(sql`UPDATE ${s} SET ${set(s, { name: Name })} WHERE ${s.userid} = ${userId} AND ${s.name} IS NULL`)
    }
    if (Department !== undefined && Department !== '') {
      // Where the app may not read the member, this is all that we learn.
      const departments = JSON.stringify(departmentsOf(Department))
      await update(tx, userId, { departments })
    }
    await askFor(tx, userId, event.dedupeKey)
  }

  async function joined(tx: Tx, event: StoredEvent<MemberPayload>): Promise<void> {
    // A userid that somebody gave up may be a new member's; events under it are theirs from now on.
    const r = STAFF_RENAME
    const { payload, eventAtMs } = event
    await tx.run(sql`DELETE FROM ${r} WHERE ${r.old_userid} = ${payload.UserID} AND ${r.renamed_at} < ${eventAtMs}`)
    // So it is with the userid of somebody who left: nothing of theirs, such as a login, goes over.
    await tx.run(
      sql`UPDATE ${s} SET ${set(s, { state: 'active', left_at: null, known_at: clock.now() })}
          WHERE ${s.userid} = ${payload.UserID} AND ${s.state} = 'left' AND ${s.left_at} < ${eventAtMs}`,
    )
    await changed(tx, event)
  }

  const tellLeft = (tx: Tx, userId: string, leftAtMs: number): Promise<boolean> =>
    emit(tx, StaffLeft, { key: `${userId}:${leftAtMs}`, atMs: leftAtMs, payload: { userId, leftAtMs } })

  async function left(tx: Tx, event: StoredEvent<MemberPayload>): Promise<void> {
    const userId = await staffQueries.currentIdOf(tx, event.payload.UserID)
    await keep(tx, userId)
    const now = await tx.run(
      sql`UPDATE ${s} SET ${set(s, { state: 'left', left_at: event.eventAtMs })}
          WHERE ${s.userid} = ${userId} AND ${s.state} <> 'left'`,
    )
    // The userid may have been given to somebody new before this event came: WeCom knows, and then it is told.
    await askFor(tx, userId, event.dedupeKey, now > 0 ? event.eventAtMs : undefined)
  }

  /** `leftAtMs`: an event has told so already. True when the member has left and we had not heard of it. */
  async function recordMember(
    tx: Tx,
    userId: string,
    reading: MemberReading | 'gone' | undefined,
    leftAtMs?: number,
  ): Promise<boolean> {
    if (reading === undefined) {
      // We may not look, so the event has the last word.
      if (leftAtMs !== undefined) await tellLeft(tx, userId, leftAtMs)
      return false
    }
    const state = reading === 'gone' ? 'left' : (reading.state ?? 'active')
    const hasLeft = state === 'left'
    const foundLeft = !hasLeft
      ? 0
      : await tx.run(
          sql`UPDATE ${s} SET ${set(s, { left_at: clock.now() })} WHERE ${s.userid} = ${userId} AND ${s.state} <> 'left'`,
        )
    await update(tx, userId, {
      ...(reading !== 'gone' && reading.name !== undefined ? { name: reading.name } : {}),
      ...(reading === 'gone' ? {} : { departments: JSON.stringify(reading.departments) }),
      state,
      ...(hasLeft ? {} : { left_at: null }),
      detail_at: clock.now(),
    })
    if (hasLeft && leftAtMs !== undefined) await tellLeft(tx, userId, leftAtMs)
    else if (foundLeft > 0) await tellLeft(tx, userId, clock.now())
    return foundLeft > 0
  }

  /** Who is in the listing is here; who is missing may only be out of our sight, so nobody leaves by it. Writes what
   *  differs, and tells it. */
  async function recordListing(tx: Tx, { guideIds, members }: StaffListing): Promise<StaffChanges> {
    const named = new Map(members.map((member) => [member.userId, member]))
    const known = new Map((await staffQueries.allStored(tx)).map((row) => [row.userid, row]))
    const changes: StaffChanges = { becameGuides: [], ceasedGuides: [], renamed: [] }
    for (const userId of new Set([...guideIds, ...named.keys()])) {
      const before = known.get(userId)
      const member = named.get(userId)
      if (before === undefined) await keep(tx, userId)
      if (member !== undefined) {
        const name = member.name ?? before?.name ?? null
        const departments = JSON.stringify(member.departments)
        if (before?.name !== name || before?.departments !== departments) {
          await update(tx, userId, { name, departments })
        }
        if (before !== undefined && before.name !== null && before.name !== name) changes.renamed.push(userId)
      }
      if (member?.name === undefined) await askFor(tx, userId, `nameless:${userId}`)
    }
    // An empty listing is what a missing permission looks like; a corp with guides always has one.
    if (guideIds.length === 0) return changes
    const isGuide = new Set(guideIds)
    for (const userId of isGuide) if (known.get(userId)?.is_guide !== 1) changes.becameGuides.push(userId)
    for (const row of known.values()) {
      if (row.is_guide === 1 && !isGuide.has(row.userid)) changes.ceasedGuides.push(row.userid)
    }
    for (const userId of changes.becameGuides) await update(tx, userId, { is_guide: 1 })
    for (const userId of changes.ceasedGuides) await update(tx, userId, { is_guide: 0 })
    return changes
  }

  return {
    queries: staffQueries,
    ensureKnown,
    /** For the sync, which reads the same listing. */
    read: listStaff,
    readMember: (userId: string) => readMember(wecom, userId),
    recordListing,
    recordMember,
    subscriptions: [
      subscribe('staff.create', CreateUser, joined),
      subscribe('staff.update', UpdateUser, changed),
      subscribe('staff.delete', DeleteUser, left),
      subscribe('staff.party-created', CreateParty, askForListing),
      subscribe('staff.party-updated', UpdateParty, askForListing),
      subscribe('staff.party-deleted', DeleteParty, askForListing),
      subscribe('staff.imported', BatchJobEnded, askForListing),
      subscribe('staff.subscribed', MemberSubscribed, (tx, event) =>
        changed(tx, { ...event, payload: { UserID: event.payload.FromUserName } }),
      ),
    ],
    executors: [
      execute(RefreshStaff, {
        perform: async ({ payload }) => ({ member: await readMember(wecom, payload.userId) }),
        record: async (tx, { payload }, { member }) => {
          await recordMember(tx, payload.userId, member, payload.leftAtMs)
        },
        abandoned: async (tx, { payload }) => {
          await recordMember(tx, payload.userId, undefined, payload.leftAtMs)
        },
      }),
      execute(ListStaff, {
        perform: () => listStaff(),
        record: async (tx, _action, listing) => {
          await recordListing(tx, listing)
        },
      }),
    ],
    jobs: [
      {
        // WeCom tells of new members, but not of members who may have customers from now on.
        name: 'staff.list',
        everyMs: HOUR_MS,
        dueAt: leftOut('it reads the platform'),
        run: async () => {
          await db.tx((tx) =>
            outbox.enqueue(tx, ListStaff, {
              key: `staff.list:${Math.floor(clock.now() / HOUR_MS)}`,
              payload: {},
              // By then the next one is due.
              expiresAtMs: clock.now() + HOUR_MS,
              reason: { text: '每小时核对成员名单' },
            }),
          )
        },
      },
    ],
  }
}
export type Staff = ReturnType<typeof createStaff>
