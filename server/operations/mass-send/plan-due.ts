import { pick, sql } from '../../core/db/sql.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import { awaitingRuns, dropQuestion, endAwaiting } from './approve-run.ts'
import { cancelMoved } from './cancel-moved.ts'
import { cancelUnwanted } from './cancel-run.ts'
import { forAnyGroup } from './group-page.ts'
import { openRun, type PlanDeps, planRun } from './plan-run.ts'
import { takeDue } from './schedule.ts'
import { SEND_RUN } from './send-tables.ts'
import { wakeLater } from './wake-later.ts'

export interface PlanDueDeps extends PlanDeps {
  log: Pick<Logger, 'warn'>
  /** A time that cannot be read is told of. */
  unreadable(send: Send, error: unknown): void
}

/** Everything that the time brings: what is due is opened and its audience read, the most important send first, so that it has the free
 *  places; what the rules no longer want is cancelled; what waited for a yes goes on or ends. Safe to cut off anywhere and to repeat. */
export async function planDue(deps: PlanDueDeps, current: ReadonlyMap<string, Send>): Promise<void> {
  const { db, clock, log, quiet } = deps
  const now = clock.now()
  await db.tx(async (tx) => {
    const sends = [...current.values()]
    const wanted = new Set(sends.filter(({ value }) => value.enabled !== false).map(({ name }) => name))
    for (const { id, name, chatType, waiting } of await cancelUnwanted(tx, wanted, now)) {
      await dropQuestion(tx, deps.alerts, id)
      log.warn({ runId: id, send: name, chatType, waiting }, 'mass-send cancelled: its file is gone or disabled')
    }
    const moved = await cancelMoved(tx, current, now)
    for (const { id, name } of moved) {
      await dropQuestion(tx, deps.alerts, id)
      log.warn({ runId: id, send: name }, 'mass-send waits no longer for a yes: its calendar has changed it')
    }
    const again = moved.flatMap((run) => run.again ?? [])
    const due = [...again, ...(await takeDue(tx, sends, now, deps.unreadable))]
    const steps = due.filter(({ send }) => send.occasions?.once !== undefined)
    const wantedSteps = await forAnyGroup(tx, deps.groups, steps)
    for (const one of due) {
      if (one.send.occasions?.once !== undefined && !wantedSteps.has(one)) continue
      await openRun(tx, one, now, quiet())
      if (one.missed) log.warn({ send: one.send.name, scheduledAtMs: one.scheduledAtMs }, 'mass-send missed its time')
    }
  })
  const states = await db.statement((tx) =>
    tx.rows(
      sql`SELECT DISTINCT ${pick(SEND_RUN, 'state')} FROM ${SEND_RUN}
          WHERE ${SEND_RUN.state} IN ('awaiting', 'later', 'planning')`,
    ),
  )
  const there = new Set(states.map(({ state }) => state))
  // First the answers: who waits for another look may wait for a yes that did not come.
  if (there.has('awaiting')) await endUnanswered(deps)
  if (there.has('later')) await wakeUp(deps, now)
  if (there.has('later') || there.has('planning')) await planOpen(deps)
}

async function endUnanswered(deps: PlanDueDeps): Promise<void> {
  const { db, log } = deps
  for (const id of await db.statement(awaitingRuns)) {
    const late = await db.tx((tx) => endAwaiting(tx, deps, id))
    if (late !== undefined)
      log.warn({ runId: id, send: late.send_name }, 'mass-send not sent: nobody approved it in time')
  }
}

async function wakeUp({ db, log }: PlanDueDeps, now: number): Promise<void> {
  for (const { id, send_name: send } of await db.tx((tx) => wakeLater(tx, now)))
    log.warn({ runId: id, send }, 'mass-send missed its last look at those without a place')
}

async function planOpen(deps: PlanDueDeps): Promise<void> {
  const open = await deps.db.statement((tx) =>
    tx.rows(
      sql`SELECT ${pick(SEND_RUN, 'id')} FROM ${SEND_RUN} WHERE ${SEND_RUN.state} = 'planning'
          ORDER BY ${SEND_RUN.priority} DESC, ${SEND_RUN.expected_fen} DESC, ${SEND_RUN.id}`,
    ),
  )
  for (const { id } of open) await planRun(deps, id)
}
