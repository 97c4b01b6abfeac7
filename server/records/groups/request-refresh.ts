import Type from 'typebox'
import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { defineAction, type Lane } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { CHAT_GROUP } from './group-tables.ts'
import { keepGroup, type StoredGroup, storedGroup, updateGroup } from './stored-group.ts'

/** Reads a group anew (groupchat/get). At most one per group is on its way; what is heard meanwhile asks for another. */
export const RefreshGroup = defineAction(
  'group.refresh',
  'event',
  Type.Object({
    chatId: Type.String(),
    /** `heard`: something changed; `check`: look again, since the answer before was none of the expected ones. */
    why: Type.Union([Type.Literal('heard'), Type.Literal('check')]),
  }),
)

export interface RequestDeps {
  clock: Clock
  outbox: Outbox
}

export interface Heard {
  /** Of the event; UTC milliseconds. */
  atMs: number
  /** LastMemVer and CurMemVer; WeCom leaves them out at times. */
  lastVersion: string | undefined
  currentVersion: string | undefined
}

const g = CHAT_GROUP

/** Puts one refresh on its way; `key`: what makes it the same one. */
export async function enqueueRefresh(
  tx: Tx,
  refresh: { chatId: string; key: string; why: 'heard' | 'check'; lane: Lane; delayMs?: number },
  { clock, outbox }: RequestDeps,
): Promise<void> {
  const { chatId, key, why, lane, delayMs = 0 } = refresh
  await outbox.enqueue(tx, RefreshGroup, {
    key: `group.refresh:${chatId}:${key}`,
    payload: { chatId, why },
    reason: { text: '客户群有变化，重新读取群详情' },
    lane,
    dueAtMs: clock.now() + delayMs,
  })
}

/** Counts a change and makes sure that a refresh is on its way. Writing first locks the row, so that the record of a
 *  reading cannot miss the change. Safe to repeat. */
export async function requestRefresh(
  tx: Tx,
  chatId: string,
  lane: Lane,
  deps: RequestDeps,
): Promise<StoredGroup | undefined> {
  await keepGroup(tx, chatId, deps.clock.now())
  await tx.run(sql`UPDATE ${g} SET ${g.changes_heard} = ${g.changes_heard} + 1 WHERE ${g.chat_id} = ${chatId}`)
  const group = await storedGroup(tx, chatId)
  if (group === undefined || group.dismissed_at !== null || group.refresh_open === 1) return group
  await openRefresh(tx, group, lane, deps)
  return group
}

/** A refresh for all that was heard so far. */
export async function openRefresh(tx: Tx, group: StoredGroup, lane: Lane, deps: RequestDeps): Promise<void> {
  const { chat_id: chatId, changes_heard: heard } = group
  await updateGroup(tx, chatId, { refresh_open: 1 })
  await enqueueRefresh(tx, { chatId, key: String(heard), why: 'heard', lane }, deps)
}

/** An event about the group came: a refresh, and the version that its answer should have. */
export async function hearOfGroup(tx: Tx, chatId: string, heard: Heard, deps: RequestDeps): Promise<void> {
  const group = await requestRefresh(tx, chatId, 'event', deps)
  if (group === undefined || heard.currentVersion === undefined || !isNewest(group, heard)) return
  await updateGroup(tx, chatId, {
    expected_version: heard.currentVersion,
    former_version: heard.lastVersion ?? null,
    expected_at: heard.atMs,
    lag_checks: 0,
  })
}

/** Events come out of order: only the newest may say which version to expect. */
function isNewest(group: StoredGroup, heard: Heard): boolean {
  if (group.expected_at === null || heard.atMs > group.expected_at) return true
  return heard.atMs === group.expected_at && heard.currentVersion !== group.former_version
}
