import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import type { ContentRule } from '../../rules/schema/content.ts'
import { type BatchRow, type RuleRef, type RunRow, ruleOf, type SendSnapshot } from './send-run.ts'

export interface BatchOfRun {
  batch: BatchRow
  sendName: string
  rule: RuleRef
  content: ContentRule
}

/** Throws mass-send.no-batch, which never gets better. */
export async function needBatch(tx: Tx, batchId: number): Promise<BatchOfRun> {
  const batch = await tx.row<BatchRow>('SELECT * FROM send_batch WHERE id = ?', [batchId])
  const run = await tx.row<RunRow>('SELECT * FROM send_run WHERE id = ?', [batch?.run_id ?? null])
  if (batch === undefined || run === undefined) {
    throw new AppError('mass-send.no-batch', `mass-send batch ${batchId} does not exist`)
  }
  const { content } = JSON.parse(run.rule_json) as Pick<SendSnapshot, 'content'>
  return { batch, sendName: run.send_name, rule: ruleOf(run), content }
}

/** Customers of a batch without an outcome, in a stable order. */
export async function waitingCustomers(tx: Tx, batchId: number): Promise<string[]> {
  const rows = await tx.rows<{ external_userid: string }>(
    `SELECT external_userid FROM send_recipient WHERE batch_id = ? AND outcome = 'planned' ORDER BY id`,
    [batchId],
  )
  return rows.map((row) => row.external_userid)
}

/** Which of these customers belong to the batch. */
export async function membersAmong(tx: Tx, batchId: number, externalUserIds: string[]): Promise<number> {
  if (externalUserIds.length === 0) return 0
  const row = await tx.row<{ members: number }>(
    `SELECT COUNT(*) AS members FROM send_recipient
     WHERE batch_id = ? AND external_userid IN (${externalUserIds.map(() => '?').join(', ')})`,
    [batchId, ...externalUserIds],
  )
  return Number(row?.members ?? 0)
}

/** Which of these platform tasks are known to be ours already. */
export async function knownMsgids(tx: Tx, msgids: string[]): Promise<Set<string>> {
  if (msgids.length === 0) return new Set()
  const rows = await tx.rows<{ msgid: string }>(
    `SELECT msgid FROM send_batch WHERE msgid IN (${msgids.map(() => '?').join(', ')})`,
    msgids,
  )
  return new Set(rows.map((row) => row.msgid))
}
