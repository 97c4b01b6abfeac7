import type { Tx } from '../core/db/tx.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { DAY_MS } from '../core/kernel/shanghai.ts'
import type { sendQueries } from '../operations/mass-send/send-queries.ts'
import type { GuideTask, taskQueries } from '../operations/tasks/task-queries.ts'
import type { WelcomeOutcome } from '../operations/welcome/welcome-store.ts'
import type { staffQueries } from '../records/staff/staff-queries.ts'
import { touches } from '../records/touches/touches.ts'
import type { RuleBook, RuleBookHolder } from '../rules/book/rule-book.ts'
import type { Said } from './said.ts'
import { scriptUses } from './script-uses.ts'

export interface ReadSaidDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  staff: { queries: Pick<typeof staffQueries, 'nameOf'> }
  tasks: { queries: Pick<typeof taskQueries, 'ofCustomer'> }
  welcome: { queries: { ofCustomer(tx: Tx, externalUserId: string): Promise<WelcomeOutcome[]> } }
  massSend: { queries: Pick<typeof sendQueries, 'arrivedAt'> }
}

/** Older mass-sends are forgotten by the customer, too. */
const LOOK_BACK_MS = 90 * DAY_MS

/** All that a customer was told, as far as we know: by guides from the sidebar, with a to-do, by welcomes and by mass-sends.
 *  What a guide writes by hand in the chat, WeCom tells nobody. Of a moment the ledger of touches knows that it was shown;
 *  what is in it is what its rule says now. */
export function createReadSaid({ clock, rules, staff, tasks, welcome, massSend }: ReadSaidDeps) {
  return async function readSaid(tx: Tx, externalUserId: string): Promise<Said[]> {
    const book = rules.current()
    const sinceMs = clock.now() - LOOK_BACK_MS
    const names = new Map<string, string>()
    const nameOf = async (userId: string): Promise<string> => {
      const name = names.get(userId) ?? (await staff.queries.nameOf(tx, userId)) ?? userId
      names.set(userId, name)
      return name
    }
    const said: Said[] = []
    for (const { scriptId, userId, atMs } of await scriptUses.lastSent(tx, externalUserId)) {
      said.push({ atMs, by: await nameOf(userId), scriptId, content: book.scripts.get(scriptId)?.value })
    }
    for (const task of await tasks.queries.ofCustomer(tx, externalUserId)) {
      if (task.state !== 'done') continue
      said.push({ atMs: task.closedAtMs ?? task.openedAtMs, by: await nameOf(task.userId), ...carriedBy(task, book) })
    }
    for (const one of await welcome.queries.ofCustomer(tx, externalUserId)) {
      const isOut = one.state === 'sent' || one.state === 'sent-or-taken'
      if (isOut && one.sentAtMs !== undefined)
        said.push({ atMs: one.sentAtMs, by: '欢迎语', content: welcomed(one, book) })
    }
    for (const { rule, atMs, content } of await massSend.queries.arrivedAt(tx, externalUserId, sinceMs)) {
      said.push({ atMs, by: rule.kind === 'send' ? `群发「${rule.name}」` : '群发', content })
    }
    for (const { about, atMs } of await touches.lastOfKind(tx, externalUserId, { kind: 'moment', sinceMs })) {
      if (about !== undefined)
        said.push({ atMs, by: `朋友圈「${about}」`, content: book.moments.get(about)?.value.content })
    }
    return said
  }
}
export type ReadSaid = ReturnType<typeof createReadSaid>

/** An invitation carries the code of its pool besides its words. */
function carriedBy({ scriptId, kind, detail }: GuideTask, book: RuleBook): Pick<Said, 'scriptId' | 'content'> {
  const script = scriptId === undefined ? undefined : book.scripts.get(scriptId)?.value
  const { pool } = detail
  const code = kind === 'invite' && typeof pool === 'string' ? [{ groupQr: pool }] : []
  const attachments = [...(script?.attachments ?? []), ...code]
  return { scriptId, content: { ...(script === undefined ? {} : { text: script.text }), attachments } }
}

/** The words may have been those of the night; what they offer is what counts. Pictures and codes that were not ready stayed
 *  behind. */
function welcomed({ rule, leftOut }: WelcomeOutcome, book: RuleBook): Said['content'] {
  const value = rule === undefined ? undefined : book.welcomes.get(rule)?.value
  if (value === undefined) return undefined
  const attachments = (value.attachments ?? []).filter(
    (one) => !('groupQr' in one) || !leftOut.some((name) => name.includes(one.groupQr)),
  )
  return { ...(value.text === undefined ? {} : { text: value.text }), attachments }
}
