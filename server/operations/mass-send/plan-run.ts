import type { Db } from '../../core/db/db.ts'
import type { NewRowOf } from '../../core/db/define-table.ts'
import { all, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { quietUntil } from '../../rules/book/quiet-until.ts'
import { type AwaitingDeps, askForApproval } from './approve-run.ts'
import { type AudienceDeps, readAudiencePage } from './audience-page.ts'
import { waitingOf } from './cancel-run.ts'
import type { Choice } from './choice.ts'
import { remarkOnText } from './personal-words.ts'
import { assignBatches, MOST_PER_TASK, queueTasks } from './run-batches.ts'
import type { DueSend } from './schedule.ts'
import { chatTypeOf, type SendSnapshot } from './send-run.ts'
import { type RunRow, SEND_GROUP, SEND_RECIPIENT, SEND_RUN } from './send-tables.ts'

export interface PlanDeps extends AudienceDeps, AwaitingDeps {
  db: Db
  /** Customers, or groups, per platform task; default: the platform's most, 10,000 and 2,000. */
  mostPerTask?: number
}

/** Stores a due send as a run, once per send and time; a missed one is stored as such, with why. */
export async function openRun(tx: Tx, due: DueSend, nowMs: number, quiet: string | undefined): Promise<void> {
  const { send, scheduledAtMs, missed } = due
  const snapshot: SendSnapshot = {
    audience: send.audience,
    content: send.value.content,
    guides: send.value.guides,
    ...(send.value.approval === undefined ? {} : { needsApproval: true }),
    ...(send.value.holdOut === undefined ? {} : { holdOut: send.value.holdOut }),
  }
  // What waits for a yes is looked at ahead of its time, and goes out at it.
  const outMs = Math.max(nowMs, scheduledAtMs)
  const remark = missed
    ? `错过：到点时服务没有运行，${shanghaiText(nowMs)} 恢复时已晚于补发期限，或之后还有一次到期`
    : [quietRemark(outMs, quiet), remarkOnText(send.value.content.text)]
        .filter((one) => one !== undefined)
        .join('；') || null
  await tx.insertIgnore(SEND_RUN, [
    {
      send_name: send.name,
      chat_type: chatTypeOf(send.value),
      scheduled_at: scheduledAtMs,
      rule_version: send.version,
      rule_json: JSON.stringify(snapshot),
      state: missed ? 'missed' : 'planning',
      planned_at: nowMs,
      remark,
      finished_at: missed ? nowMs : null,
    },
  ])
}

/** A time written into the quiet hours of policy.yaml is kept to the letter by nobody's phone. */
function quietRemark(nowMs: number, quiet: string | undefined): string | undefined {
  const untilMs = quietUntil(nowMs, [quiet])
  return untilMs === undefined ? undefined : `到点时是免打扰时段，${shanghaiText(untilMs)} 才请导购确认`
}

/** Reads the audience of a run page by page, one short transaction each, until its recipients and batches are stored
 *  and the creation of its tasks is queued. Cut off anywhere, the next call goes on behind the last stored page. */
export async function planRun(deps: PlanDeps, runId: number): Promise<void> {
  while (await deps.db.tx((tx) => planPage(tx, deps, runId))) {
    // Another page may follow.
  }
}

async function planPage(tx: Tx, deps: PlanDeps, runId: number): Promise<boolean> {
  const run = await tx.row(
    sql`SELECT ${all(SEND_RUN)} FROM ${SEND_RUN} WHERE ${SEND_RUN.id} = ${runId} AND ${SEND_RUN.state} = 'planning'`,
  )
  if (run === undefined) return false
  const snapshot = JSON.parse(run.rule_json) as SendSnapshot
  // The audience is judged as of one instant, however long the reading takes.
  const asked = { ...snapshot, name: run.send_name, chatType: run.chat_type }
  const page = await readAudiencePage(tx, deps, asked, run.planned_at, run.audience_after)
  const isAwaited = snapshot.needsApproval === true
  // Takes the page: a second process that reads the same one changes nothing here and stops.
  const progress = set(SEND_RUN, {
    audience_after: page.last ?? run.audience_after,
    state: page.last !== undefined ? 'planning' : isAwaited ? 'awaiting' : 'running',
  })
  const mine = await tx.run(
    sql`UPDATE ${SEND_RUN} SET ${progress} WHERE ${SEND_RUN.id} = ${run.id} AND ${SEND_RUN.state} = 'planning'
          AND ${SEND_RUN.audience_after} = ${run.audience_after}`,
  )
  if (mine === 0) return false
  if (page.last === undefined) {
    if (isAwaited) await askForApproval(tx, deps, run, await waitingOf(tx, run))
    else await queueTasks(tx, deps, run)
    return false
  }
  const batches = await assignBatches(tx, run, page.choices, deps.mostPerTask ?? MOST_PER_TASK[run.chat_type])
  const rows = page.choices.map((choice) => ({ ...toRow(run, choice, batches.get(choice.id)), id: choice.id }))
  if (run.chat_type === 'group') {
    const noted = rows.map(({ id, ...row }) => ({ ...row, chat_id: id, note_due: 0 }))
    await tx.insertIgnore(SEND_GROUP, noted)
  } else {
    const noted = rows.map(({ id, ...row }) => ({ ...row, external_userid: id }))
    await tx.insertIgnore(SEND_RECIPIENT, noted)
  }
  return true
}

function toRow(
  run: RunRow,
  choice: Choice,
  batchId: number | undefined,
): Omit<NewRowOf<typeof SEND_RECIPIENT>, 'id' | 'external_userid'> {
  const { excluded } = choice
  return {
    run_id: run.id,
    batch_id: batchId ?? null,
    userid: choice.userId ?? null,
    outcome: excluded === undefined ? 'planned' : excluded.kind === 'held-out' ? 'held-out' : 'excluded',
    reason: excluded?.zh ?? null,
    outcome_at: excluded === undefined ? null : run.planned_at,
    // Lost customers stay in many audiences; telling each of their timelines every week would only bury it.
    note_due: excluded?.kind === 'over-limit' || excluded?.kind === 'over-ceiling' ? 1 : 0,
  }
}
