import { all, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { AskConsent } from '../../records/privacy/consents.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { ContentRule } from '../../rules/schema/content.ts'
import type { Choice } from './choice.ts'
import { chooseRecipients, keptForNobody, nobodyHeldOut } from './choose-recipients.ts'
import { type CeilingDeps, readLedger } from './contact-ceiling.ts'
import { monthlyLimit, receivedThisMonth } from './monthly-limit.ts'
import { remarkOnText } from './personal-words.ts'
import { assignBatches, MOST_PER_TASK, type QueueDeps, queueTasks } from './run-batches.ts'
import type { AskedSnapshot, RuleRef } from './send-run.ts'
import { type RunRow, SEND_BATCH, SEND_RECIPIENT, SEND_RUN } from './send-tables.ts'

/** A message that another capability has for customers whom it names. */
export interface AskedSend {
  /** Once per message, ≤190 characters. */
  key: string
  /** What people read: 群发「name」. */
  name: string
  /** The rule that asks. */
  rule: RuleRef
  content: ContentRule
  /** Who is to get it and from whom. ≤1,000 at a time; a customer once. */
  recipients: readonly { externalUserId: string; userId: string }[]
  /** Nobody is added any more: the platform tasks are made. */
  isLast: boolean
  /** Not made or not confirmed by then: given up, and cancelled on the platform. UTC milliseconds. */
  giveUpAtMs: number
}

export interface AskSendDeps extends CeilingDeps, QueueDeps {
  customers: { queries: Pick<Customers['queries'], 'friendsAmong' | 'ownersOf'> }
  staff: { queries: Pick<Staff['queries'], 'currentIdOf' | 'leftAmong'> }
  perCustomerPerMonth?: number | undefined
  privacy: AskConsent
}

const NAME_LENGTH = 60

/** Adds recipients to the run of this key, with `isLast` sets it going: one platform task for each guide. Who cannot be
 *  sent to is excluded with the reason. Safe to repeat. */
export async function askSend(tx: Tx, deps: AskSendDeps, asked: AskedSend): Promise<void> {
  const run = await openAsked(tx, asked, deps.clock.now())
  if (run.state !== 'collecting') return
  const choices = await choose(tx, deps, asked.recipients)
  const batches = await assignBatches(tx, run, choices, MOST_PER_TASK.single)
  const now = deps.clock.now()
  await tx.insertIgnore(
    SEND_RECIPIENT,
    choices.map((choice) => ({
      run_id: run.id,
      external_userid: choice.id,
      batch_id: batches.get(choice.id) ?? null,
      userid: choice.userId ?? null,
      outcome: choice.excluded === undefined ? 'planned' : 'excluded',
      reason: choice.excluded?.zh ?? null,
      outcome_at: choice.excluded === undefined ? null : now,
      note_due: choice.excluded === undefined ? 0 : 1,
    })),
  )
  if (!asked.isLast) return
  await tx.run(sql`UPDATE ${SEND_RUN} SET ${set(SEND_RUN, { state: 'running' })} WHERE ${SEND_RUN.id} = ${run.id}`)
  const giveUp = set(SEND_BATCH, { give_up_at: asked.giveUpAtMs })
  await tx.run(sql`UPDATE ${SEND_BATCH} SET ${giveUp} WHERE ${SEND_BATCH.run_id} = ${run.id}`)
  await queueTasks(tx, deps, run)
}

async function openAsked(tx: Tx, asked: AskedSend, nowMs: number): Promise<RunRow> {
  const { content, rule, giveUpAtMs } = asked
  const snapshot: AskedSnapshot = { content, rule, giveUpAtMs }
  // A name has one run at an instant; another one of the same name begins a millisecond later.
  for (let at = nowMs; at < nowMs + 1_000; at++) {
    await tx.insertIgnore(SEND_RUN, [
      {
        ask_key: asked.key,
        send_name: Array.from(asked.name).slice(0, NAME_LENGTH).join(''),
        scheduled_at: at,
        rule_version: rule.version,
        rule_json: JSON.stringify(snapshot),
        state: 'collecting',
        planned_at: nowMs,
        remark: remarkOnText(content.text) ?? null,
      },
    ])
    const run = await tx.row(sql`SELECT ${all(SEND_RUN)} FROM ${SEND_RUN} WHERE ${SEND_RUN.ask_key} = ${asked.key}`)
    if (run !== undefined) return run
  }
  throw new AppError('mass-send.no-free-instant', 'a thousand runs of one name at once', {
    retry: 'later',
    zh: '同名的群发在这一秒已经有一千次，稍后会自动再试',
  })
}

/** The guide who was named sends while they are friends; else the customer's present guide; else nobody. */
async function choose(tx: Tx, deps: AskSendDeps, recipients: AskedSend['recipients']): Promise<Choice[]> {
  const { customers, staff } = deps
  const named = []
  for (const { externalUserId, userId } of recipients) {
    named.push({ externalUserId, userId: await staff.queries.currentIdOf(tx, userId) })
  }
  const ids = named.map((one) => one.externalUserId)
  const left = await staff.queries.leftAmong(tx, [...new Set(named.map((one) => one.userId))])
  const friends = await customers.queries.friendsAmong(
    tx,
    named.filter((one) => !left.has(one.userId)),
  )
  const senders = await customers.queries.ownersOf(tx, ids)
  for (const { externalUserId, userId } of friends) senders.set(externalUserId, userId)
  const nowMs = deps.clock.now()
  return chooseRecipients(ids, {
    owners: senders,
    received: await receivedThisMonth(tx, 'single', ids, nowMs),
    perCustomer: monthlyLimit(nowMs, deps.perCustomerPerMonth),
    contacts: await readLedger(tx, deps, { among: ids, nowMs }).contacts(),
    guides: undefined,
    keptFor: keptForNobody,
    refused: await deps.privacy.consents.refusedAmong(tx, 'marketing', ids, 'sends'),
    // Whoever asks has drawn already.
    draws: { getsNone: nobodyHeldOut, isHeldOut: nobodyHeldOut },
  })
}
