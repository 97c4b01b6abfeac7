import { all, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { HOUR_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { quietUntil } from '../../rules/book/quiet-until.ts'
import type { Choice } from './choice.ts'
import { CreateMassSend } from './create-action.ts'
import { finishRunIfDone } from './finish-run.ts'
import { ruleOf } from './send-run.ts'
import { type ChatType, ofMany } from './send-states.ts'
import { type RunRow, SEND_BATCH } from './send-tables.ts'
import { type ConfirmDeps, countExpected } from './sender-places.ts'
import { titleOf } from './variant-content.ts'
import { isChosenByWecom, ofSender, WECOM_CHOOSES } from './wecom-chooses.ts'

/** Customers, and groups, per platform task. Source: docs 92135. */
export const MOST_PER_TASK: Record<ChatType, number> = { single: 10_000, group: 2_000 }
/** A task that could not be created by then is given up: the message has had its time. */
const CREATE_WITHIN_MS = 6 * HOUR_MS

/** Fills each guide's last batch of each version and opens the next when it is full. Gives the batch of each who was chosen. */
export async function assignBatches(
  tx: Tx,
  run: Pick<RunRow, 'id' | 'chat_type'>,
  choices: Choice[],
  most: number,
): Promise<Map<string, number>> {
  const chosen = choices.filter((choice) => choice.excluded === undefined)
  const assigned = new Map<string, number>()
  for (const own of groupBy(chosen, ({ userId, variant = '' }) => `${userId}\n${variant}`).values()) {
    const { userId = '', variant = null } = own[0] ?? {}
    let rest = own.map(({ id }) => id)
    while (rest.length > 0) {
      const batch = await openBatch(tx, run, { userId, variant }, most)
      const part = rest.slice(0, most - batch.size)
      rest = rest.slice(part.length)
      for (const id of part) assigned.set(id, batch.id)
      await tx.run(
        sql`UPDATE ${SEND_BATCH} SET ${SEND_BATCH.size} = ${SEND_BATCH.size} + ${part.length}
            WHERE ${SEND_BATCH.id} = ${batch.id}`,
      )
    }
  }
  return assigned
}

async function openBatch(
  tx: Tx,
  { id: runId, chat_type }: Pick<RunRow, 'id' | 'chat_type'>,
  { userId, variant }: { userId: string; variant: string | null },
  most: number,
): Promise<{ id: number; size: number }> {
  const own = await tx.rows(
    sql`SELECT ${pick(SEND_BATCH, 'id', 'chunk', 'size', 'variant')} FROM ${SEND_BATCH}
        WHERE ${SEND_BATCH.run_id} = ${runId} AND ${SEND_BATCH.userid} = ${userId}
        ORDER BY ${SEND_BATCH.chunk} DESC`,
  )
  const last = own.find((batch) => batch.variant === variant)
  if (last !== undefined && last.size < most) return last
  const chunk = (own[0]?.chunk ?? 0) + 1
  const fresh = { run_id: runId, chat_type, userid: userId, chunk, variant, size: 0, state: 'planned' as const }
  return { id: await tx.insert(SEND_BATCH, fresh), size: 0 }
}

export interface QueueDeps {
  clock: Clock
  outbox: Outbox
  tasks: ConfirmDeps
  /** When nobody's phone shall ring (policy.yaml), as "21:30-09:00" in Shanghai. */
  quiet: () => string | undefined
}

/** Queues the creation of a run's platform tasks: in quiet hours for their end, since WeCom asks the guide at once. Once for
 *  each run, in the transaction that sets it going. */
export async function queueTasks(tx: Tx, deps: QueueDeps, run: RunRow): Promise<void> {
  const nowMs = deps.clock.now()
  // What was approved ahead of its time waits for it; what was asked for is due at once.
  const outMs = run.ask_key === null ? Math.max(nowMs, run.scheduled_at) : nowMs
  const quietMs = quietUntil(outMs, [deps.quiet()])
  const dueAtMs = quietMs ?? (outMs > nowMs ? outMs : undefined)
  const batches = await tx.rows(
    sql`SELECT ${all(SEND_BATCH)} FROM ${SEND_BATCH} WHERE ${SEND_BATCH.run_id} = ${run.id} ORDER BY ${SEND_BATCH.id}`,
  )
  for (const batch of batches) {
    await deps.outbox.enqueue(tx, CreateMassSend, {
      key: `mass-send:${run.id}:${batch.userid}:${batch.chunk}`,
      payload: { batchId: batch.id },
      ...ofSender(batch),
      ...(dueAtMs === undefined ? {} : { dueAtMs }),
      expiresAtMs: batch.give_up_at ?? (dueAtMs ?? nowMs) + CREATE_WITHIN_MS,
      reason: {
        text: `${titleOf(run.send_name, batch.variant)}${shanghaiText(run.scheduled_at)}，${ofMany(run, batch.size)}${quietMs === undefined ? '' : '，等免打扰时段过去'}`,
        rule: ruleOf(run),
      },
    })
  }
  const named = batches.filter((batch) => !isChosenByWecom(batch))
  const ofWecom = batches.filter(isChosenByWecom).map(({ id }) => id)
  const expected = await countExpected(tx, ofWecom, dueAtMs ?? nowMs)
  await deps.tasks.confirms(tx, [...named.map(({ userid }) => userid), ...expected], dueAtMs ?? nowMs)
  const counted = set(SEND_BATCH, { counted_on: shanghaiText(dueAtMs ?? nowMs).slice(0, 10) })
  const isNamed = sql`${SEND_BATCH.run_id} = ${run.id} AND ${SEND_BATCH.userid} <> ${WECOM_CHOOSES}`
  if (named.length > 0) await tx.run(sql`UPDATE ${SEND_BATCH} SET ${counted} WHERE ${isNamed}`)
  await finishRunIfDone(tx, run.id, nowMs)
}
