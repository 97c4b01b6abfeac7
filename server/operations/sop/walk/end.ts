import type { Tx } from '../../../core/db/tx.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import type { Timeline } from '../../../records/timeline/timeline.ts'
import type { SopVersion } from '../../../rules/book/rule-book.ts'
import type { Asked } from '../../routing/drop-asked.ts'
import type { Routing } from '../../routing/routing.ts'
import type { Tasks } from '../../tasks/tasks.ts'
import { messageQueue } from '../messages/message-queue.ts'
import { type Entry, type EntryState, entryStore } from '../model/sop-entry.ts'
import { stepLog } from '../model/step-log.ts'
import { keyOf } from './step-result.ts'

export interface EndDeps {
  clock: Clock
  timeline: Pick<Timeline, 'noteAll'>
  tasks: Pick<Tasks, 'close'>
  routing: Pick<Routing, 'dropAsked'>
}

/** Ends these entries of one version. Safe to repeat. */
export function createEnd({ clock, timeline, tasks, routing }: EndDeps) {
  /** What a journey asked the guide for is no longer wanted once it has ended early. */
  async function dropTasks(tx: Tx, entries: Entry[], why: string): Promise<void> {
    const byId = new Map(entries.map((entry) => [entry.id, entry]))
    const asked: Asked[] = []
    for (const { entryId, kind, position, reason } of await stepLog.ofEntries(tx, [...byId.keys()])) {
      const entry = byId.get(entryId)
      if (entry === undefined) continue
      if (kind === 'message' && (await messageQueue.withdraw(tx, entryId, position))) {
        await stepLog.setOutcome(tx, entryId, position, `没有群发：${why}，旅程已结束`)
      }
      if (kind !== 'task') continue
      asked.push({ key: keyOf({ ...entry, position }), externalUserId: entry.externalUserId, reason })
    }
    await routing.dropAsked(tx, asked, why)
    for (const { key } of asked) await tasks.close(tx, { key, outcome: 'dropped', note: why })
  }

  return async (
    tx: Tx,
    sop: Pick<SopVersion, 'name' | 'version' | 'title'>,
    entries: Entry[],
    { state, why }: { state: Exclude<EntryState, 'active'>; why: string },
  ): Promise<void> => {
    const endedAtMs = clock.now()
    await entryStore.saveAll(
      tx,
      entries.map((entry) => ({
        ...entry,
        state,
        dueAtMs: undefined,
        waitingEvent: undefined,
        endedAtMs,
        endReason: why,
      })),
    )
    if (state !== 'finished') await dropTasks(tx, entries, why)
    const head = state === 'finished' ? '完成' : state === 'goal' ? '达成' : '离开'
    await timeline.noteAll(
      tx,
      entries.map((entry) => ({
        key: `sop:${entry.id}:end`,
        externalUserId: entry.externalUserId,
        userId: entry.userId,
        kind: 'sop.ended',
        text: `${head} SOP「${sop.title}」：${why}`,
        reason: { text: why, rule: { kind: 'sop', name: sop.name, version: sop.version } },
      })),
    )
  }
}
