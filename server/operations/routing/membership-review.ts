import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { CustomerFacts } from '../../records/facts/facts.ts'
import type { Groups } from '../../records/groups/groups.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { holds } from '../../rules/condition/holds.ts'
import { factPaths } from '../../rules/condition/parse-condition.ts'
import { isUnfinished } from '../tasks/task-queries.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { askedFacts } from './asked-facts.ts'
import { invitationQueries } from './invitation-queries.ts'
import type { Invitations } from './invitations.ts'
import { POOL_STANDING } from './routing-tables.ts'

export interface MembershipReviewDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  facts: Pick<CustomerFacts, 'of'>
  groups: { queries: Pick<Groups['queries'], 'groupsOf'> }
  customers: { queries: { ownerOf(tx: Tx, externalUserId: string): Promise<string | undefined> } }
  tasks: Pick<Tasks, 'open' | 'close' | 'queries'>
  invitations: Invitations
}

export interface Cause {
  /** What makes this the same cause when it is handled twice, ≤60 characters. */
  key: string
  /** One Chinese clause, e.g. `订单退款后`. */
  text: string
  eventId?: number
  /** An order changed: a member never looked at before counts as one who met the condition until now. */
  isOrder: boolean
  /** News of long ago, from a file of the past: it ends what it makes untrue, and asks nobody for anything. */
  isPast?: boolean
}

const SHOULD_LEAVE_DUE_MS = 3 * DAY_MS

/** Whether a customer still belongs where they are, or are invited to, after something about them changed. */
export function createMembershipReview(deps: MembershipReviewDeps) {
  const { clock, rules, facts, groups, customers, tasks, invitations } = deps

  const openLeaveTasks = async (tx: Tx, externalUserId: string, pool: string) =>
    (await tasks.queries.ofCustomer(tx, externalUserId)).filter(
      (task) => isUnfinished(task) && task.kind === 'should-leave' && task.detail.pool === pool,
    )

  async function endLeaveTasks(
    tx: Tx,
    externalUserId: string,
    pool: string,
    end: { outcome: 'done' | 'dropped'; note: string },
  ) {
    for (const task of await openLeaveTasks(tx, externalUserId, pool)) await tasks.close(tx, { key: task.key, ...end })
  }

  const setMeets = (tx: Tx, externalUserId: string, pool: string, meets: boolean): Promise<void> =>
    tx.upsert(
      POOL_STANDING,
      [{ external_userid: externalUserId, pool, meets: meets ? 1 : 0, reviewed_at: clock.now() }],
      ['external_userid', 'pool'],
    )

  async function askToLeave(
    tx: Tx,
    externalUserId: string,
    pool: string,
    owner: string | undefined,
    cause: Cause,
    asked: Record<string, unknown>,
  ) {
    const userId = (await customers.queries.ownerOf(tx, externalUserId)) ?? owner
    if (userId === undefined) return
    const rule = rules.current().pools.get(pool)
    await tasks.open(tx, {
      key: `should-leave:${cause.key}:${pool}:${externalUserId}`,
      externalUserId,
      userId,
      kind: 'should-leave',
      title: `请客户退出「${pool}」`,
      detail: { pool },
      dueAtMs: clock.now() + SHOULD_LEAVE_DUE_MS,
      reason: {
        text: `${cause.text}不再符合群池「${pool}」的入群条件`,
        ...(rule === undefined ? {} : { rule: { kind: 'pool', name: pool, version: rule.version } }),
        facts: asked,
        ...(cause.eventId === undefined ? {} : { eventId: cause.eventId }),
      },
    })
  }

  return {
    /** Withdraws invitations whose entry condition no longer holds, and asks for leaving the groups whose condition the
     *  customer met and meets no longer; not yet while an invitation to another group is open, since they will move by
     *  joining. Safe to repeat. */
    review: async (tx: Tx, externalUserId: string, cause: Cause): Promise<void> => {
      const { pools } = rules.current()
      const invited = await invitationQueries.openOf(tx, externalUserId)
      const joined = await groups.queries.groupsOf(tx, externalUserId)
      if (invited.length === 0 && joined.length === 0) return
      const paths = [...new Set([...pools.values()].flatMap((pool) => factPaths(pool.entry)))]
      const known = (await facts.of(tx, [externalUserId], clock.now(), paths)).get(externalUserId) ?? new Map()
      for (const invitation of invited) {
        const pool = pools.get(invitation.pool)
        if (pool !== undefined && holds(pool.entry, known)) continue
        await invitations.close(tx, invitation, { state: 'withdrawn', note: `${cause.text}不再符合入群条件` })
      }
      if (joined.length === 0) return
      const isOnTheWay = (await invitationQueries.openOf(tx, externalUserId)).some((one) => one.state === 'open')
      const before = await tx.rows(
        sql`SELECT ${pick(POOL_STANDING, 'pool', 'meets')} FROM ${POOL_STANDING}
            WHERE ${POOL_STANDING.external_userid} = ${externalUserId}`,
      )
      for (const group of joined) {
        const pool = group.pool === undefined ? undefined : pools.get(group.pool)
        if (pool === undefined) continue
        if (holds(pool.entry, known)) {
          await setMeets(tx, externalUserId, pool.name, true)
          await endLeaveTasks(tx, externalUserId, pool.name, { outcome: 'dropped', note: '又符合入群条件了' })
          continue
        }
        const stored = before.find((row) => row.pool === pool.name)
        const didMeet = stored === undefined ? cause.isOrder : stored.meets === 1
        if (didMeet && isOnTheWay) {
          await setMeets(tx, externalUserId, pool.name, true)
          continue
        }
        await setMeets(tx, externalUserId, pool.name, false)
        if (!didMeet || cause.isPast === true) continue
        await askToLeave(tx, externalUserId, pool.name, group.owner, cause, askedFacts(pool.entry, known))
      }
    },

    /** The customer is in none of the pool's groups any more. */
    left: async (tx: Tx, externalUserId: string, pool: string): Promise<void> => {
      await tx.run(
        sql`DELETE FROM ${POOL_STANDING}
            WHERE ${POOL_STANDING.external_userid} = ${externalUserId} AND ${POOL_STANDING.pool} = ${pool}`,
      )
      await endLeaveTasks(tx, externalUserId, pool, { outcome: 'done', note: '已退群' })
    },
  }
}
export type MembershipReview = ReturnType<typeof createMembershipReview>
