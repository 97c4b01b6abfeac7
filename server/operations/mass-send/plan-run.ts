import type { Db } from '../../core/db/db.ts'
import type { NewRowOf } from '../../core/db/define-table.ts'
import { all, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import { quietUntil } from '../../rules/book/quiet-until.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import { allTextOf } from '../../rules/book/variants-of.ts'
import type { Occasion } from '../../rules/calendar/occasions.ts'
import { type AwaitingDeps, askForApproval } from './approve-run.ts'
import type { AudienceDeps } from './audience-deps.ts'
import { readAudiencePage } from './audience-page.ts'
import { waitingOf } from './cancel-run.ts'
import type { AudiencePage, Choice } from './choice.ts'
import { type DealOutDeps, dealOut } from './deal-out.ts'
import { drawKey } from './draw-key.ts'
import { snapshotOfCampaign } from './dropped-out.ts'
import { laterAt, openLater } from './later-run.ts'
import { expectedFen, learnFrom } from './learned.ts'
import { remarkOnText } from './personal-words.ts'
import { priorityOfSend } from './read-rivals.ts'
import { assignBatches, MOST_PER_TASK, queueTasks } from './run-batches.ts'
import type { DueSend } from './schedule.ts'
import { chatTypeOf, type SendSnapshot } from './send-run.ts'
import { type RunRow, SEND_GROUP, SEND_RECIPIENT, SEND_RUN } from './send-tables.ts'
import { timesOfSend } from './send-times.ts'
import { endOvertaken, stepAside } from './step-aside.ts'

/** Who has no place is looked at again for so long. */
const LATER_MS = 7 * DAY_MS

export interface PlanDeps extends AudienceDeps, AwaitingDeps, DealOutDeps {
  db: Db
  /** Customers, or groups, per platform task; default: the platform's most, 10,000 and 2,000. */
  mostPerTask?: number
}

/** Stores a due send as a run, once per send and time, and of a calendar once per day that it was written for, wherever that is
 *  moved to; a missed one is stored as such, with why. A time at which the calendar has nothing stores nothing.
 *  `heldBecause`, Chinese: it may have gone out, so its day is not sent again. */
export async function openRun(
  tx: Tx,
  due: DueSend & { heldBecause?: string },
  nowMs: number,
  quiet: string | undefined,
): Promise<void> {
  const { send, scheduledAtMs, missed, heldBecause } = due
  const occasion = occasionAt(send, scheduledAtMs)
  // A calendar's own text is a template: what it has nothing of at that time is not sent.
  if (send.occasions !== undefined && occasion === undefined) return
  const content = occasion?.content ?? send.value.content
  const { kind, ifCrowded } = send.value
  const once = send.occasions?.once
  const chatType = chatTypeOf(send.value)
  // What a group orders is not known.
  const learned = chatType === 'group' ? undefined : await learnFrom(tx, { name: send.name, kind, nowMs })
  const snapshot: SendSnapshot = {
    audience: send.audience,
    content,
    ...(send.variants === undefined ? {} : { variants: send.variants }),
    guides: send.value.guides,
    ...(send.value.senders === undefined ? {} : { senders: send.value.senders }),
    ...(send.value.approval === undefined ? {} : { needsApproval: true }),
    ...(send.value.holdOut === undefined ? {} : { holdOut: send.value.holdOut }),
    ...(ifCrowded === 'later' ? { laterUntilMs: laterUntil(send, scheduledAtMs) } : {}),
    ...(learned === undefined ? {} : { learned }),
    ...(once === undefined ? {} : { once }),
    ...(send.campaign === undefined ? {} : { campaign: await snapshotOfCampaign(tx, send.campaign) }),
  }
  // What waits for a yes is looked at ahead of its time, and goes out at it.
  const outMs = Math.max(nowMs, scheduledAtMs)
  const remark = missed
    ? (heldBecause ?? `错过：到点时服务没有运行，${shanghaiText(nowMs)} 恢复时已晚于补发期限，或之后还有一次到期`)
    : [quietRemark(outMs, quiet), remarkOnText(allTextOf(content))].filter((one) => one !== undefined).join('；') ||
      null
  await stepAside(tx, send.name, scheduledAtMs)
  const fresh = await tx.insertIgnore(SEND_RUN, [
    {
      send_name: send.name,
      chat_type: chatType,
      scheduled_at: scheduledAtMs,
      rule_version: send.version,
      rule_json: JSON.stringify(snapshot),
      kind: kind ?? null,
      priority: priorityOfSend(send),
      expected_fen: learned === undefined ? 0 : expectedFen(learned),
      state: missed ? 'missed' : 'planning',
      planned_at: nowMs,
      remark,
      finished_at: missed ? nowMs : null,
      // What was missed may be moved to another day all the same; a step of a group SOP is had once by each group, not once a day.
      occasion: once !== undefined || (missed && heldBecause === undefined) ? null : (occasion?.date ?? null),
      drawn_as: await drawKey(tx, send.name),
    },
  ])
  if (fresh > 0 && !missed) await endOvertaken(tx, send.name, scheduledAtMs, nowMs)
}

/** Of those without a place: a week, not when the send itself comes again, and not when its campaign is over. */
function laterUntil(send: Send, scheduledAtMs: number): number {
  const nextMs = timesOfSend(send).nextAfter(scheduledAtMs) ?? Number.POSITIVE_INFINITY
  return Math.min(scheduledAtMs + LATER_MS, nextMs - 1, send.campaign?.endMs ?? nextMs)
}

const occasionAt = ({ occasions }: Send, atMs: number): Occasion | undefined => {
  const found = occasions?.nextAfter(atMs - 1)
  return found?.atMs === atMs ? found : undefined
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
  const asked = {
    ...{ ...snapshot, name: run.send_name, chatType: run.chat_type, priority: run.priority },
    laterOf: run.later_of ?? undefined,
    // Caught up after midnight a group is a day older.
    ...(snapshot.once === undefined ? {} : { asOfMs: run.scheduled_at }),
  }
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
    await openLater(tx, run, snapshot)
    if (isAwaited) await askForApproval(tx, deps, run, await waitingOf(tx, run))
    else await queueTasks(tx, deps, run)
    return false
  }
  const choices = snapshot.once === undefined ? page.choices : await claimSteps(tx, deps, run, page)
  const most = deps.mostPerTask ?? MOST_PER_TASK[run.chat_type]
  const { senders } = snapshot
  const batches = await (senders === undefined
    ? assignBatches(tx, run, choices, most)
    : dealOut(tx, deps, run, choices, most))
  const laterMs = laterAt(run, snapshot)
  const rows = choices.map((choice) => ({
    ...toRow(run, choice, { batchId: batches.get(choice.id), laterMs }),
    id: choice.id,
  }))
  if (run.chat_type === 'group') {
    const noted = rows.map(({ id, ...row }) => ({ ...row, chat_id: id, note_due: 0 }))
    await tx.insertIgnore(SEND_GROUP, noted)
  } else {
    const expected = (userid: string | null = null) => (senders === undefined ? {} : { expected_userid: userid })
    const noted = rows.map(({ id, ...row }) => ({ ...row, ...expected(row.userid), external_userid: id }))
    await tx.insertIgnore(SEND_RECIPIENT, noted)
  }
  return true
}

/** Writes down which groups get this step now; one that gets it by another run at this moment does not. */
async function claimSteps(tx: Tx, { groups }: PlanDeps, run: RunRow, page: AudiencePage): Promise<Choice[]> {
  const chosen = page.choices.filter(({ excluded }) => excluded === undefined).map(({ id }) => id)
  const claimed = await groups.steps.claim(tx, {
    ...{ step: run.send_name, chatIds: chosen, atMs: run.scheduled_at, runId: run.id },
    seen: page.steps ?? [],
  })
  return page.choices.map((choice) =>
    choice.excluded !== undefined || claimed.has(choice.id)
      ? choice
      : { ...choice, excluded: { kind: 'had-step', zh: '这一步同时由另一次发了' } },
  )
}

function toRow(
  run: RunRow,
  choice: Choice,
  { batchId, laterMs }: { batchId: number | undefined; laterMs: number | undefined },
): Omit<NewRowOf<typeof SEND_RECIPIENT>, 'id' | 'external_userid' | 'expected_userid'> {
  const { excluded } = choice
  const isCrowded = excluded?.kind === 'over-ceiling' || excluded?.kind === 'kept-for-another'
  const isDeferred = isCrowded && laterMs !== undefined
  // Told once that it comes later, and once how it ended; not at every look in between.
  const isPutOffAgain = isDeferred && run.later_of !== null
  const outcome = excluded?.kind === 'held-out' ? 'held-out' : isDeferred ? 'deferred' : 'excluded'
  return {
    run_id: run.id,
    batch_id: batchId ?? null,
    userid: choice.userId ?? null,
    outcome: excluded === undefined ? 'planned' : outcome,
    reason: isDeferred ? `${excluded.zh}；${shanghaiText(laterMs)} 再看` : (excluded?.zh ?? null),
    outcome_at: excluded === undefined ? null : run.planned_at,
    // Lost customers stay in many audiences; telling each of their timelines every week would only bury it.
    note_due: excluded?.kind === 'over-limit' || (isCrowded && !isPutOffAgain) ? 1 : 0,
  }
}
