import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, HOUR_MS, shanghaiNear, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import { GUIDE_TASK } from './task-tables.ts'

export interface RemindOwnDeps {
  clock: Clock
  timeline: Pick<Timeline, 'note'>
}

export interface OwnReminder {
  /** The same twice is one. */
  key: string
  externalUserId: string
  userId: string
  guideName: string
  /** One Chinese line, as they wrote it. */
  title: string
  /** Any instant of its Shanghai day, UTC milliseconds. */
  onMs: number
}

/** The kind of to-dos that guides ask of themselves. */
export const OWN_KIND = 'own'
const MORNING_MS = 9 * HOUR_MS

/** At nine on its day; what is asked for today is there at once. */
export const reminderTimes = (onMs: number, nowMs: number): { atMs: number; dueAtMs: number } => ({
  atMs: Math.max(startOfShanghaiDay(onMs) + MORNING_MS, nowMs),
  dueAtMs: startOfShanghaiDay(onMs) + DAY_MS - 1,
})

/** What a guide wants to be reminded of. It takes no place of a day, and nobody is told before its day. */
export function createRemindOwn({ clock, timeline }: RemindOwnDeps) {
  return async function remindOwn(tx: Tx, reminder: OwnReminder): Promise<boolean> {
    const { key, externalUserId, userId, guideName, title, onMs } = reminder
    const now = clock.now()
    const { atMs, dueAtMs } = reminderTimes(onMs, now)
    const row = {
      task_key: key,
      external_userid: externalUserId,
      userid: userId,
      kind: OWN_KIND,
      title,
      due_at: dueAtMs,
      state: 'later' as const,
      release_at: atMs,
      opened_at: now,
      reason: JSON.stringify({ text: `${guideName}给自己定的提醒` }),
    }
    if ((await tx.insertIgnore(GUIDE_TASK, [row])) === 0) return false
    await timeline.note(tx, {
      key: `reminder:${key}`,
      externalUserId,
      userId,
      kind: 'note.reminder',
      text: `${guideName}定了 ${shanghaiNear(dueAtMs)} 的提醒：${title}`,
    })
    return true
  }
}
