import type { Db } from '../../core/db/db.ts'
import { rowsDue } from '../../core/db/rows-due.ts'
import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { Groups } from '../../records/groups/groups.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { Welcome } from '../welcome/welcome.ts'
import { carriedByWelcome } from './carried-by-welcome.ts'
import { invitationQueries, UNDER_WAY } from './invitation-queries.ts'
import type { Invitations } from './invitations.ts'
import type { MembershipReview } from './membership-review.ts'
import { INVITATION } from './routing-tables.ts'

export interface InvitationJobsDeps {
  db: Db
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  groups: { queries: Pick<Groups['queries'], 'fullness'> }
  welcome: { queries: Pick<Welcome['queries'], 'ofCustomers'> }
  invitations: Invitations
  membershipReview: Pick<MembershipReview, 'review'>
}

const BATCH = 100
const CHECK_WELCOME_MS = 5 * SECOND_MS

/** What time does to invitations: a welcome did not take one along, one is too old, a place came free. */
export function invitationJobs(deps: InvitationJobsDeps): Job[] {
  const { db, clock, rules, groups, welcome, invitations, membershipReview } = deps

  /** One batch; true when there may be more. */
  const lapse = (tx: Tx): Promise<boolean> =>
    invitationQueries.lapsing(tx, clock.now(), BATCH).then(async (due) => {
      for (const invitation of due) {
        await invitations.close(tx, invitation, { state: 'lapsed', note: '邀请已过期' })
        const cause = { key: `lapse:${invitation.id}`, text: '邀请过期后', isOrder: false }
        await membershipReview.review(tx, invitation.externalUserId, cause)
        await invitations.inviteLesser(tx, invitation)
      }
      return due.length === BATCH
    })

  /** When somebody who waits for room could come in: long ago, or not before something else changes. */
  async function firstThatFits(tx: Tx): Promise<number | undefined> {
    const pools = [...rules.current().pools.keys()]
    for (const [nth, sinceMs] of (await invitationQueries.waitingSince(tx, pools)).entries()) {
      const pool = pools[nth]
      if (sinceMs === null || pool === undefined) continue
      const fullness = await groups.queries.fullness(tx, pool)
      if (fullness !== undefined && (fullness.room > 0 || fullness.opensItself)) return sinceMs
    }
    return undefined
  }

  async function openWaiting(tx: Tx, pool: string): Promise<void> {
    const fullness = await groups.queries.fullness(tx, pool)
    if (fullness === undefined || (fullness.room <= 0 && !fullness.opensItself)) return
    const places = fullness.opensItself ? BATCH : Math.min(BATCH, fullness.room)
    for (const invitation of await invitationQueries.waitingFor(tx, pool, places)) {
      const { externalUserId } = invitation
      if (!(await invitations.isEligible(tx, externalUserId, pool)))
        await invitations.close(tx, invitation, { state: 'withdrawn', note: '等待期间不再符合入群条件' })
      else if (await invitations.isFurther(tx, externalUserId, pool))
        await invitations.close(tx, invitation, { state: 'withdrawn', note: '等待期间已在更进一步的群里，或已受邀' })
      else await invitations.openWaiting(tx, invitation)
    }
  }

  /** An invitation that the welcome did not take along is put into the guide's hands. */
  async function checkWelcomes(tx: Tx): Promise<boolean> {
    const now = clock.now()
    const unchecked = await invitationQueries.unchecked(tx, now, BATCH)
    const outcomes = await welcome.queries.ofCustomers(
      tx,
      unchecked.map(({ externalUserId }) => externalUserId),
    )
    const carried = groupBy(unchecked, (invitation) =>
      carriedByWelcome(rules.current(), invitation, outcomes.get(invitation.externalUserId) ?? [], now),
    )
    await invitations.wentWithWelcome(tx, carried.get('yes') ?? [])
    await invitations.checkLater(tx, carried.get('unknown') ?? [], now + CHECK_WELCOME_MS)
    for (const invitation of carried.get('no') ?? []) await invitations.handTo(tx, invitation, invitation.userId)
    return unchecked.length === BATCH
  }

  return [
    {
      name: 'routing.check-welcomes',
      everyMs: CHECK_WELCOME_MS,
      dueAt: rowsDue(INVITATION.check_at),
      run: async () => {
        while (await db.tx(checkWelcomes));
      },
    },
    {
      name: 'routing.lapse',
      everyMs: MINUTE_MS,
      dueAt: rowsDue(INVITATION.lapse_at, UNDER_WAY),
      run: async () => {
        while (await db.tx(lapse));
      },
    },
    {
      name: 'routing.open-waiting',
      everyMs: MINUTE_MS,
      dueAt: firstThatFits,
      worksOn: { table: INVITATION, where: sql`${INVITATION.state} = 'waiting'` },
      run: async () => {
        for (const pool of rules.current().pools.keys()) await db.tx((tx) => openWaiting(tx, pool))
      },
    },
  ]
}
