import type { Db } from '../../core/db/db.ts'
import { leftOut } from '../../core/db/define-table.ts'
import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Executor } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { type Subscription, subscribe } from '../../engine/inbox/subscription.ts'
import type { Job } from '../../engine/jobs/job.ts'
import { ChatCreate, ChatDismiss, ChatUpdate } from '../../platform/wecom/callback/callback-events.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { RenamedStaff } from '../define-capability.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { groupQueries } from './group-queries.ts'
import { groupSteps } from './group-steps.ts'
import { CHAT_GROUP } from './group-tables.ts'
import { changeGroupTags } from './group-tags.ts'
import { joinWayQueries } from './join-way-queries.ts'
import { createJoinWays, type JoinWaysDeps } from './join-ways.ts'
import { createListGroups, type ListGroupsDeps } from './list-groups.ts'
import { createMembership } from './membership.ts'
import { hasRoom, type PoolFullness, poolFullness } from './pool-fullness.ts'
import { createReadJoinWay } from './read-join-way.ts'
import { createRefreshGroup, type RefreshGroupDeps } from './refresh-group.ts'
import { sortIntoPools } from './sort-into-pools.ts'

export interface GroupsDeps {
  db: Db
  clock: Clock
  log: Pick<Logger, 'warn'>
  outbox: Outbox
  emit: Emit
  rules: Pick<RuleBookHolder, 'current'>
  timeline: Pick<Timeline, 'noteAll'>
  staff: ListGroupsDeps['staff']
  wecom: RefreshGroupDeps['wecom'] & ListGroupsDeps['wecom'] & JoinWaysDeps['wecom']
}

/** Customer groups: who is in which, which pool a group belongs to, and the code that leads into each pool. */
export function createGroups(deps: GroupsDeps) {
  const { db, rules } = deps
  const membership = createMembership(deps)
  const joinWays = createJoinWays(deps)
  const refresh = createRefreshGroup({ ...deps, membership, poolChanged: joinWays.keep })
  const list = createListGroups({ ...deps, refresh })

  const fullness = (tx: Tx, pool: string): Promise<PoolFullness | undefined> => poolFullness(tx, rules.current(), pool)

  const subscriptions: Subscription[] = [
    subscribe('groups.created', ChatCreate, (tx, { payload }) => refresh.request(tx, payload.ChatId)),
    subscribe('groups.updated', ChatUpdate, async (tx, { payload, eventAtMs }) => {
      await refresh.heard(tx, payload.ChatId, {
        atMs: eventAtMs,
        lastVersion: payload.LastMemVer,
        currentVersion: payload.CurMemVer,
      })
      if (payload.UpdateDetail !== 'del_member') return
      await membership.heardQuit(
        tx,
        payload.ChatId,
        payload.MemChangeList ?? [],
        Number(payload.QuitScene ?? 0),
        eventAtMs,
      )
    }),
    subscribe('groups.dismissed', ChatDismiss, (tx, { payload, eventAtMs }) =>
      refresh.dismiss(tx, payload.ChatId, eventAtMs),
    ),
  ]
  const executors: Executor[] = [refresh.executor, list.executor, ...joinWays.executors]
  const jobs: Job[] = [
    {
      name: 'groups.find',
      everyMs: HOUR_MS,
      dueAt: leftOut('it reads the platform'),
      run: () => db.tx((tx) => list.start(tx)),
    },
    {
      name: 'groups.keep-join-ways',
      everyMs: MINUTE_MS,
      dueAt: async () => undefined,
      run: async () => {
        await db.tx((tx) => sortIntoPools(tx, deps))
        for (const pool of rules.current().pools.keys()) await db.tx((tx) => joinWays.keep(tx, pool))
      },
    },
  ]

  return {
    ownerRenamed: (tx: Tx, { oldUserId, newUserId }: RenamedStaff): Promise<number> =>
      tx.run(
        sql`UPDATE ${CHAT_GROUP} SET ${set(CHAT_GROUP, { owner: newUserId })} WHERE ${CHAT_GROUP.owner} = ${oldUserId}`,
      ),
    /** The group has another owner now, as WeCom answered. Safe to repeat. */
    setOwner: async (tx: Tx, chatId: string, owner: string): Promise<void> => {
      await tx.run(sql`UPDATE ${CHAT_GROUP} SET ${set(CHAT_GROUP, { owner })} WHERE ${CHAT_GROUP.chat_id} = ${chatId}`)
    },
    /** For the sync: a page of the chat ids, one group with its members, and what of it was other here. */
    readPage: list.read,
    readGroup: refresh.read,
    recordReading: refresh.recordReading,
    /** For the sync: join codes as WeCom has them. */
    joinCodes: createReadJoinWay({ ...deps, keep: joinWays.keep }),
    /** Reads one group soon. Safe to repeat. */
    refresh: (tx: Tx, chatId: string): Promise<void> => refresh.request(tx, chatId),
    /** What ops call groups besides. */
    tags: {
      /** Safe to repeat. */
      change: (
        tx: Tx,
        chatIds: readonly string[],
        { add, remove }: { add: readonly string[]; remove: readonly string[] },
      ) => changeGroupTags(tx, chatIds, { add, remove, nowMs: deps.clock.now() }),
    },
    /** Which of them have had which step of a group SOP. */
    steps: groupSteps,
    queries: {
      ...groupQueries,
      ...joinWayQueries,
      /** Undefined: no such pool in the rules. */
      fullness,
      hasRoom: (tx: Tx, pool: string): Promise<boolean> => hasRoom(tx, rules.current(), pool),
    },
    subscriptions,
    executors,
    jobs,
  }
}
export type Groups = ReturnType<typeof createGroups>
