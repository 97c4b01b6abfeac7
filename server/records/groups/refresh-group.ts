import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { execute, type Lane } from '../../engine/actions/action-kind.ts'
import { CHAT_GROUP } from './group-tables.ts'
import { LAG_CHECKS_MS, lags } from './lag-checks.ts'
import { type GroupAnswer, type ReadGroupDeps, readGroup } from './read-group.ts'
import { type GroupChanges, recordReading } from './record-reading.ts'
import {
  enqueueRefresh,
  type Heard,
  hearOfGroup,
  openRefresh,
  RefreshGroup,
  type RequestDeps,
  requestRefresh,
} from './request-refresh.ts'
import { type StoredGroup, storedGroup, updateGroup } from './stored-group.ts'
import { dismissGroup, type TakeDetailDeps, takeDetail } from './take-detail.ts'

export type RefreshGroupDeps = ReadGroupDeps & RequestDeps & TakeDetailDeps

type Detail = Extract<GroupAnswer, { kind: 'detail' }>

const CHECK_AGAIN_MS = 30 * SECOND_MS
const g = CHAT_GROUP

/** How what stands here of a group comes to be what the platform says. */
export function createRefreshGroup(deps: RefreshGroupDeps) {
  return {
    /** Reads the group soon; call it for anything that may have changed. Safe to repeat. */
    request: async (tx: Tx, chatId: string, lane: Lane = 'event'): Promise<void> => {
      await requestRefresh(tx, chatId, lane, deps)
    },
    /** An event about the group came. */
    heard: (tx: Tx, chatId: string, heard: Heard): Promise<void> => hearOfGroup(tx, chatId, heard, deps),
    dismiss: (tx: Tx, chatId: string, atMs: number): Promise<void> => dismissGroup(tx, chatId, atMs, deps),
    /** For the sync. Throws what groupchat/get throws; a dismissed group is an answer. Safe to repeat. */
    read: (chatId: string): Promise<GroupAnswer> => readGroup(chatId, deps),
    recordReading: (tx: Tx, chatId: string, answer: GroupAnswer): Promise<GroupChanges> =>
      recordReading(tx, chatId, answer, deps),

    executor: execute(RefreshGroup, {
      perform: ({ payload }) => readGroup(payload.chatId, deps),
      record: async (tx, { payload: { chatId, why }, lane }, answer) => {
        if (answer.kind === 'dismissed') return dismissGroup(tx, chatId, deps.clock.now(), deps)
        const group = await coveredGroup(tx, chatId, why, answer.covered)
        if (group === undefined || group.dismissed_at !== null) return
        await takeAnswer(tx, { group, why, answer }, deps)
        if (group.refresh_open === 0 && group.changes_heard > group.changes_covered) {
          await openRefresh(tx, group, lane, deps)
        }
      },
      abandoned: async (tx, { payload: { chatId, why } }) => {
        // The hourly look finds the group again, since not everything heard of is covered.
        if (why === 'heard') await updateGroup(tx, chatId, { refresh_open: 0 })
      },
    }),
  }
}
export type RefreshGroupAction = ReturnType<typeof createRefreshGroup>

/** The group, once it is written down which changes the answer covers. */
async function coveredGroup(
  tx: Tx,
  chatId: string,
  why: 'heard' | 'check',
  covered: number,
): Promise<StoredGroup | undefined> {
  const changes = { changes_covered: covered, ...(why === 'heard' ? { refresh_open: 0 } : {}) }
  await tx.run(
    sql`UPDATE ${g} SET ${set(g, changes)} WHERE ${g.chat_id} = ${chatId} AND ${g.changes_covered} <= ${covered}`,
  )
  return storedGroup(tx, chatId)
}

/** Takes the answer unless a newer one was taken, and asks again where it is not what the events let expect. */
async function takeAnswer(
  tx: Tx,
  { group, why, answer }: { group: StoredGroup; why: 'heard' | 'check'; answer: Detail },
  deps: RefreshGroupDeps,
): Promise<void> {
  const { chat_id: chatId, changes_heard: heard } = group
  const { covered, askedAtMs, detail } = answer
  if (group.changes_covered > covered || (group.detail_at ?? 0) > askedAtMs) return
  const again = { chatId, why: 'check', lane: 'event' } as const
  if (lags(group, detail.memberVersion)) {
    await tx.run(sql`UPDATE ${g} SET ${g.lag_checks} = ${g.lag_checks} + 1 WHERE ${g.chat_id} = ${chatId}`)
    const delayMs = LAG_CHECKS_MS[group.lag_checks] ?? CHECK_AGAIN_MS
    await enqueueRefresh(tx, { ...again, key: `lag:${heard}:${group.lag_checks}`, delayMs }, deps)
    return
  }
  await takeDetail(tx, { group, detail }, deps)
  const isUnexpected = group.expected_version !== null && detail.memberVersion !== group.expected_version
  if (isUnexpected && why === 'heard') {
    await enqueueRefresh(tx, { ...again, key: `check:${heard}`, delayMs: CHECK_AGAIN_MS }, deps)
  }
}
