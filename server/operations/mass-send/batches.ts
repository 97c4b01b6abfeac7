import { all, count, list, pick, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import type { ContentRule } from '../../rules/schema/content.ts'
import { type RuleRef, ruleOf, type SendSnapshot } from './send-run.ts'
import { type BatchRow, SEND_BATCH, SEND_RECIPIENT, SEND_RUN } from './send-tables.ts'

export interface BatchOfRun {
  batch: BatchRow
  sendName: string
  rule: RuleRef
  content: ContentRule
  /** Why its run was cancelled; undefined: it was not. */
  cancelledBecause: string | undefined
}

/** Throws mass-send.no-batch, which never gets better. */
export async function needBatch(tx: Tx, batchId: number): Promise<BatchOfRun> {
  const batch = await tx.row(sql`SELECT ${all(SEND_BATCH)} FROM ${SEND_BATCH} WHERE ${SEND_BATCH.id} = ${batchId}`)
  const run = await tx.row(
    sql`SELECT ${all(SEND_RUN)} FROM ${SEND_RUN} WHERE ${SEND_RUN.id} = ${batch?.run_id ?? null}`,
  )
  if (batch === undefined || run === undefined) {
    throw new AppError('mass-send.no-batch', `mass-send batch ${batchId} does not exist`)
  }
  const { content } = JSON.parse(run.rule_json) as Pick<SendSnapshot, 'content'>
  const cancelledBecause = run.state === 'cancelled' ? (run.remark ?? '已取消') : undefined
  return { batch, sendName: run.send_name, rule: ruleOf(run), content, cancelledBecause }
}

/** Writes what is new about a batch. */
export const changeBatch = (tx: Tx, batchId: number, changes: Partial<BatchRow>): Promise<number> =>
  tx.run(sql`UPDATE ${SEND_BATCH} SET ${set(SEND_BATCH, changes)} WHERE ${SEND_BATCH.id} = ${batchId}`)

/** Customers of a batch without an outcome, in a stable order. */
export async function waitingCustomers(tx: Tx, batchId: number): Promise<string[]> {
  const rows = await tx.rows(
    sql`SELECT ${pick(SEND_RECIPIENT, 'external_userid')} FROM ${SEND_RECIPIENT}
        WHERE ${SEND_RECIPIENT.batch_id} = ${batchId} AND ${SEND_RECIPIENT.outcome} = 'planned' ORDER BY ${SEND_RECIPIENT.id}`,
  )
  return rows.map((row) => row.external_userid)
}

/** Which of these customers belong to the batch. */
export async function membersAmong(tx: Tx, batchId: number, externalUserIds: string[]): Promise<number> {
  if (externalUserIds.length === 0) return 0
  const row = await tx.row(
    sql`SELECT ${select({ members: count() })} FROM ${SEND_RECIPIENT}
        WHERE ${SEND_RECIPIENT.batch_id} = ${batchId} AND ${SEND_RECIPIENT.external_userid} IN ${list(externalUserIds)}`,
  )
  return row?.members ?? 0
}

/** Which of these platform tasks are known to be ours already. */
export async function knownMsgids(tx: Tx, msgids: string[]): Promise<Set<string>> {
  if (msgids.length === 0) return new Set()
  const rows = await tx.rows(
    sql`SELECT ${pick(SEND_BATCH, 'msgid')} FROM ${SEND_BATCH} WHERE ${SEND_BATCH.msgid} IN ${list(msgids)}`,
  )
  return new Set(rows.flatMap((row) => row.msgid ?? []))
}
