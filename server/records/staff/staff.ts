import { leftOut } from '../../core/db/define-table.ts'
import type { Tx } from '../../core/db/tx.ts'
import { HOUR_MS } from '../../core/kernel/shanghai.ts'
import { execute } from '../../engine/actions/action-kind.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { ensureKnown } from './keep-member.ts'
import { type MemberEventDeps, onMemberEvents } from './on-member-events.ts'
import { createListStaff, type MemberReading, readMember, type StaffListing } from './read-staff.ts'
import { recordListing, type StaffChanges } from './record-listing.ts'
import { recordMember } from './record-member.ts'
import { ListStaff, RefreshStaff } from './staff-actions.ts'
import { staffQueries } from './staff-queries.ts'

export interface StaffDeps extends MemberEventDeps {
  wecom: Pick<Wecom, 'contacts' | 'staff'>
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
}

/** The members of the corp: their names, who has customers, who was renamed or left. */
export function createStaff(deps: StaffDeps) {
  const { wecom, clock, outbox, db } = deps
  const listStaff = createListStaff({ wecom, clock })
  return {
    queries: staffQueries,
    ensureKnown: (tx: Tx, userId: string): Promise<void> => ensureKnown(tx, userId, deps),
    /** For the sync, which reads the same listing. */
    read: listStaff,
    readMember: (userId: string) => readMember(wecom, userId),
    recordListing: (tx: Tx, listing: StaffListing): Promise<StaffChanges> => recordListing(tx, listing, deps),
    recordMember: (tx: Tx, userId: string, reading: MemberReading | 'gone' | 'unseen' | undefined): Promise<boolean> =>
      recordMember(tx, { userId, reading }, deps),
    subscriptions: onMemberEvents(deps),
    executors: [
      execute(RefreshStaff, {
        perform: async ({ payload }) => ({ member: await readMember(wecom, payload.userId) }),
        record: async (tx, { payload }, { member }) => {
          await recordMember(tx, { ...payload, reading: member }, deps)
        },
        abandoned: async (tx, { payload }) => {
          await recordMember(tx, { ...payload, reading: undefined }, deps)
        },
      }),
      execute(ListStaff, {
        perform: () => listStaff(),
        record: async (tx, _action, listing) => {
          await recordListing(tx, listing, deps)
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
