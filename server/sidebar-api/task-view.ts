import type { Tx } from '../core/db/tx.ts'
import { asksForMessage, type GuideTask as StoredTask } from '../operations/tasks/task-queries.ts'
import type { Media } from '../records/media/media.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import type { GuideTask } from './contract.ts'
import { scriptViews } from './script-view.ts'
import { whyOf } from './why.ts'

/** A to-do as the sidebar shows it; an invitation comes with the group's code, ready to send. */
export async function taskView(
  tx: Tx,
  { media, rules }: { media: Pick<Media, 'chatMessages' | 'sizeOf'>; rules: Pick<RuleBookHolder, 'current'> },
  task: StoredTask,
  sentAtMs: number | undefined,
): Promise<GuideTask> {
  const book = rules.current()
  const script = task.scriptId === undefined ? undefined : book.scripts.get(task.scriptId)
  const pool = task.kind === 'invite' ? task.detail.pool : undefined
  return {
    id: String(task.id),
    kind: task.kind,
    title: task.title,
    detail: null,
    dueAtMs: task.dueAtMs ?? null,
    openedAtMs: task.openedAtMs,
    why: whyOf(task.reason, book),
    sentAtMs: sentAtMs ?? null,
    asksForMessage: asksForMessage(task),
    script: script === undefined ? null : ((await scriptViews(tx, media, [script]))[0] ?? null),
    invitation:
      typeof pool === 'string'
        ? { pool, messages: (await media.chatMessages(tx, [[{ groupQr: pool }]])).flatMap((one) => one.ready) }
        : null,
  }
}
