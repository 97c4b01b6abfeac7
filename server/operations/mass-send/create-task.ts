import type { Db } from '../../core/db/db.ts'
import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError, mayHaveHappened } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { type Action, type Executor, execute, type Failure } from '../../engine/actions/action-kind.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import { refusedText } from '../../platform/wecom/error-codes/refused-text.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isRefusedWith, WecomNotUnderstood } from '../../platform/wecom/wire/wecom-error.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { AskConsent } from '../../records/privacy/consents.ts'
import { type BatchOfRun, changeBatch, expectedPairs, needBatch, waitingIn } from './batches.ts'
import { NO_CONSENT } from './choose-recipients.ts'
import { CreateMassSend } from './create-action.ts'
import { createDraft, type DraftDeps } from './draft.ts'
import { droppedOut } from './dropped-out.ts'
import type { FindCreated } from './find-created.ts'
import { later } from './later.ts'
import { hintsOf } from './loss-hints.ts'
import { endBatch, settle, settleEach, settleRest, waitingCount } from './outcomes.ts'
import { FIRST_POLL_MS, nextPollMs, REMIND_AFTER_MS, ringTime } from './poll-times.ts'
import { type BatchRow, SEND_BATCH } from './send-tables.ts'
import { isChosenByWecom } from './wecom-chooses.ts'

export interface CreateTaskDeps extends DraftDeps {
  db: Db
  clock: Clock
  wecom: Pick<Wecom, 'massSends'>
  findCreated: FindCreated
  consents: AskConsent['consents']
  /** Who cannot be sent to may be one of whom no event told. */
  mayBeLost: Customers['mayBeLost']
}

/** `unclear`: an earlier attempt may have made the task, and the platform does not say; `not-made`: its run was cancelled
 *  before it was. */
type Created = { kind: 'created'; msgid: string; failed: string[] } | { kind: 'unclear' } | { kind: 'not-made' }

/** Carries out `mass-send.create`. The platform knows no idempotency key and a second task would reach customers
 *  twice, so an attempt is marked before the call and, while its end is not known (time-out, crash), looked for before
 *  any other. */
export function createTaskExecutor(deps: CreateTaskDeps): Executor {
  const { db, clock, wecom, findCreated } = deps
  const draft = createDraft(deps)

  /** Ends with an answer, or with the certainty that nothing was created. */
  async function lookFirst({ batch }: BatchOfRun): Promise<Created | undefined> {
    const found = await findCreated(batch)
    switch (found.kind) {
      case 'created':
        return { kind: 'created', msgid: found.msgid, failed: [] }
      case 'unclear':
        return { kind: 'unclear' }
      case 'too-early':
        throw later(
          'mass-send.not-visible-yet',
          `batch ${batch.id} was begun just now`,
          30 * SECOND_MS,
          '正在核对上一次创建是否成功',
        )
      case 'absent':
        return undefined
    }
  }

  /** What is wrong with the content stays readable on the batch while it is tried again. */
  async function draftOrTell(held: BatchOfRun, attempts: number) {
    try {
      return await db.tx((tx) => draft(tx, held, attempts))
    } catch (error) {
      if (error instanceof AppError) await db.tx((tx) => noteTrouble(tx, held.batch.id, error.zh ?? error.message))
      throw error
    }
  }

  /** Those who get it; none when it was cancelled, or all have refused or dropped out. From here on a cancelling, and a refusal, waits
   *  for what comes of the call: who gets it is read once nobody else can take them out. */
  const begin = (held: BatchOfRun, text: string): Promise<string[]> =>
    db.tx(async (tx) => {
      const { id } = held.batch
      const begun = set(SEND_BATCH, { started_at: clock.now(), body_text: text })
      const isOpen = sql`${SEND_BATCH.id} = ${id} AND ${SEND_BATCH.state} = 'planned'`
      if ((await tx.run(sql`UPDATE ${SEND_BATCH} SET ${begun} WHERE ${isOpen}`)) === 0) return []
      const ids = await stillWaitingIn(tx, deps, held)
      if (ids.length === 0) await changeBatch(tx, id, { started_at: null })
      return ids
    })

  async function perform({ payload, attempts }: Action<{ batchId: number }>): Promise<Created> {
    const held = await db.tx((tx) => needBatch(tx, payload.batchId))
    const { batch } = held
    const known = await lookFirst(held)
    if (known !== undefined) return known
    if (held.cancelledBecause !== undefined) return { kind: 'not-made' }
    const { text, attachments } = await draftOrTell(held, attempts)
    const ids = await begin(held, text)
    if (ids.length === 0) return { kind: 'not-made' }
    try {
      const answer = await wecom.massSends.create({
        chat_type: batch.chat_type,
        ...(batch.chat_type === 'group' ? { chat_id_list: ids } : { external_userid: ids }),
        ...(isChosenByWecom(batch) ? {} : { sender: batch.userid }),
        ...(text === '' ? {} : { text: { content: text } }),
        ...(attachments.length === 0 ? {} : { attachments }),
      })
      // A success without an id: there is a task, and its id is to be found.
      if (!answer.msgid) return { kind: 'unclear' }
      return { kind: 'created', msgid: answer.msgid, failed: answer.fail_list ?? [] }
    } catch (error) {
      if (error instanceof WecomNotUnderstood && error.isDone) return { kind: 'unclear' }
      if (!mayHaveBeenMade(error)) await db.tx((tx) => changeBatch(tx, batch.id, { started_at: null }))
      throw error
    }
  }

  async function record(tx: Tx, { payload }: Action<{ batchId: number }>, result: Created): Promise<void> {
    const { batch, cancelledBecause } = await needBatch(tx, payload.batchId)
    if (result.kind === 'unclear') return markUnclear(tx, batch.id)
    if (result.kind === 'not-made') {
      await settleRest(tx, batch, { outcome: 'cancelled', reason: cancelledBecause, atMs: clock.now() })
      return endBatch(tx, batch, 'closed', clock.now())
    }
    await adopt(tx, batch.id, result.msgid, clock.now())
    const reason =
      batch.chat_type === 'group'
        ? '企业微信判定不可发送（可能群已解散，或者已经换了群主）'
        : '企业微信没有发给这位客户，也没有说明原因（可能已不是好友）'
    const fresh = await settleEach(tx, batch, result.failed, { outcome: 'failed', reason, atMs: clock.now() })
    await lookAt(tx, batch, fresh)
    if ((await waitingCount(tx, batch)) === 0) await endBatch(tx, batch, 'closed', clock.now())
  }

  async function abandoned(tx: Tx, { payload }: Action<{ batchId: number }>, failure: Failure): Promise<void> {
    const { batch } = await needBatch(tx, payload.batchId)
    if (batch.state === 'closed' || batch.state === 'failed') return
    const reason = reasonOf(failure, batch.last_error)
    await noteTrouble(tx, batch.id, reason)
    // Given up, but an attempt without a known end may have made the task: then its results still count.
    if (batch.started_at !== null) return markUnclear(tx, batch.id)
    if (failure.errcode === ERRCODE.nobodyToSendTo) await lookAt(tx, batch, await waitingIn(tx, batch))
    await settleRest(tx, batch, { outcome: 'failed', reason, atMs: clock.now() })
    await endBatch(tx, batch, 'failed', clock.now())
  }

  /** WeCom does not say why it would not send to them. */
  async function lookAt(tx: Tx, batch: BatchRow, ids: string[]): Promise<void> {
    if (batch.chat_type === 'group') return
    const pairs = isChosenByWecom(batch)
      ? await expectedPairs(tx, batch, ids)
      : ids.map((externalUserId) => ({ externalUserId, userId: batch.userid }))
    await deps.mayBeLost(tx, hintsOf(batch, pairs, { text: '企业微信说这次群发发不到这位客户' }))
  }

  async function markUnclear(tx: Tx, batchId: number): Promise<void> {
    const now = clock.now()
    await changeBatch(tx, batchId, { state: 'unclear', progress_at: now, poll_at: nextPollMs(now, now) })
  }

  return execute(CreateMassSend, { perform, record, abandoned })
}

/** Those of a batch who still are to get it: whoever has refused, or dropped out of its campaign, since their audience was read is
 *  not. Nobody waits for the news of a refusal to be handed on. */
async function stillWaitingIn(
  tx: Tx,
  { clock, consents }: Pick<CreateTaskDeps, 'clock' | 'consents'>,
  { batch, campaign, isAsked }: BatchOfRun,
): Promise<string[]> {
  const ids = await waitingIn(tx, batch)
  if (batch.chat_type === 'group') return ids
  const gone = new Map(await droppedOut(tx, campaign, ids))
  for (const scope of isAsked ? (['sends', 'journeys'] as const) : (['sends'] as const))
    for (const id of await consents.refusedAmong(tx, 'marketing', ids, scope)) gone.set(id, NO_CONSENT)
  for (const [reason, those] of groupBy(gone.keys(), (id) => gone.get(id) ?? ''))
    await settle(tx, batch, those, { outcome: 'cancelled', reason, atMs: clock.now() })
  return ids.filter((id) => !gone.has(id))
}

/** From now on the platform's task is this batch's: its results are asked for and its guide reminded. */
export async function adopt(tx: Tx, batchId: number, msgid: string, nowMs: number): Promise<void> {
  await changeBatch(tx, batchId, {
    state: 'created',
    msgid,
    created_at: nowMs,
    progress_at: nowMs,
    poll_at: nowMs + FIRST_POLL_MS,
    remind_at: ringTime(nowMs + REMIND_AFTER_MS),
    last_error: null,
  })
}

/** False only when it is certain that the platform has not made the task. */
const mayHaveBeenMade = (error: unknown): boolean => isRefusedWith(error, ERRCODE.busy) || mayHaveHappened(error)

const noteTrouble = (tx: Tx, batchId: number, zh: string): Promise<number> =>
  changeBatch(tx, batchId, { last_error: zh })

function reasonOf({ state, errcode }: Failure, trouble: string | null): string {
  if (errcode !== undefined) return refusedText('这次群发', errcode)
  return trouble ?? (state === 'expired' ? '未能在时限内创建群发，已作废' : '企业微信多次没有应答，群发没有建成')
}
