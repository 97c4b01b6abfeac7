import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { Groups } from '../../records/groups/groups.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { TaskToOpen } from '../tasks/open-tasks.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { changeUnderWay } from './change-invitation.ts'
import type { Invitation } from './invitation-queries.ts'

export interface ReachOutDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  groups: { queries: Pick<Groups['queries'], 'joinWayOf'> }
  tasks: Pick<Tasks, 'open'>
  timeline: Pick<Timeline, 'note'>
}

/** How somebody else than the pool puts it to the guide. */
export type AskedSo = Pick<TaskToOpen, 'key' | 'title' | 'scriptId' | 'dueAtMs' | 'priority' | 'deadlines'>

/** Of the to-do as the pool puts it. */
export const ownTaskKey = ({ id }: Pick<Invitation, 'id'>, userId: string): string => `invite:${id}:${userId}`

/** A guide should send it within a day. */
const TASK_DUE_MS = DAY_MS

/** How an invitation becomes known. */
export function createReachOut({ clock, rules, groups, tasks, timeline }: ReachOutDeps) {
  async function noteOpened(tx: Tx, invitation: Invitation): Promise<void> {
    const { id, pool, externalUserId, userId, openedAtMs, reason } = invitation
    await timeline.note(tx, {
      key: `invitation:${id}:opened`,
      externalUserId,
      userId,
      atMs: openedAtMs,
      kind: 'invitation.opened',
      text: `${invitation.invitedBy === 'welcome' ? '随欢迎语' : '随群发'}邀请加入「${pool}」`,
      reason,
    })
  }

  /** Opens its to-do under this key. `so`: as whoever invites has written it. */
  async function askGuide(tx: Tx, invitation: Invitation, key: string, so?: AskedSo): Promise<void> {
    const { pool, externalUserId, userId, reason } = invitation
    const way = await groups.queries.joinWayOf(tx, pool)
    await tasks.open(tx, {
      key,
      externalUserId,
      userId,
      kind: 'invite',
      title: `邀请进「${pool}」`,
      scriptId: rules.current().pools.get(pool)?.value.script,
      detail: { pool, qr_code: way?.qrCode ?? null },
      dueAtMs: clock.now() + TASK_DUE_MS,
      reason,
      ...so,
    })
  }

  /** Makes a new invitation known: to the guide as a to-do, or on the timeline when it rides with a message. Whether a
   *  welcome took it along is only known later. */
  async function reachOut(tx: Tx, invitation: Invitation, so?: AskedSo): Promise<void> {
    if (invitation.invitedBy === 'welcome') return
    if (invitation.invitedBy === 'mass-send') return noteOpened(tx, invitation)
    const key = so?.key ?? ownTaskKey(invitation, invitation.userId)
    await askGuide(tx, invitation, key, so)
    await changeUnderWay(tx, invitation.id, { task_key: key })
  }

  return { reachOut, askGuide, noteOpened }
}
export type ReachOut = ReturnType<typeof createReachOut>
