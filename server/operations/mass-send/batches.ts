import { eachChunk } from '../../core/db/each-chunk.ts'
import { all, count, list, pick, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import type { ContentRule } from '../../rules/schema/content.ts'
import { recipientsOf } from './recipients-of.ts'
import { type RuleRef, ruleOf, type SendSnapshot } from './send-run.ts'
import { OPEN_BATCH_STATES } from './send-states.ts'
import { type BatchRow, SEND_BATCH, SEND_RECIPIENT, SEND_RUN } from './send-tables.ts'
import { contentOf, numberOf } from './variant-content.ts'

export interface BatchOfRun {
  batch: BatchRow
  sendName: string
  rule: RuleRef
  /** Of its version, where there are several. */
  content: ContentRule
  /** The how manieth version it is, from 1; undefined: there is one for all. */
  variantNumber: number | undefined
  /** What it shares with the other steps of its campaign. */
  campaign: SendSnapshot['campaign']
  /** A journey asked for it. */
  isAsked: boolean
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
    throw new AppError('mass-send.no-batch', `mass-send batch ${batchId} does not exist`, {
      zh: '这条群发的记录已经删除',
    })
  }
  const snapshot = JSON.parse(run.rule_json) as Pick<SendSnapshot, 'content' | 'campaign' | 'variants'>
  const { campaign } = snapshot
  const cancelledBecause = run.state === 'cancelled' ? (run.remark ?? '已取消') : undefined
  const isAsked = run.ask_key !== null
  const said = { content: contentOf(snapshot, batch.variant), variantNumber: numberOf(snapshot, batch.variant) }
  return { batch, sendName: run.send_name, rule: ruleOf(run), ...said, campaign, isAsked, cancelledBecause }
}

/** Writes what is new about a batch. */
export const changeBatch = (tx: Tx, batchId: number, changes: Partial<BatchRow>): Promise<number> =>
  tx.run(sql`UPDATE ${SEND_BATCH} SET ${set(SEND_BATCH, changes)} WHERE ${SEND_BATCH.id} = ${batchId}`)

type Held = Pick<BatchRow, 'id' | 'chat_type'>

/** Customers, or groups, of a batch without an outcome, in a stable order. */
export async function waitingIn(tx: Tx, batch: Held): Promise<string[]> {
  const { table, whose } = recipientsOf(batch)
  const rows = await tx.rows(
    sql`SELECT ${select({ id: whose })} FROM ${table}
        WHERE ${table.batch_id} = ${batch.id} AND ${table.outcome} = 'planned' ORDER BY ${table.id}`,
  )
  return rows.map(({ id }) => id)
}

/** How many of these customers, or groups, belong to the batch. */
export async function membersAmong(tx: Tx, batch: Held, ids: string[]): Promise<number> {
  if (ids.length === 0) return 0
  const { table, whose } = recipientsOf(batch)
  const row = await tx.row(
    sql`SELECT ${select({ members: count() })} FROM ${table}
        WHERE ${table.batch_id} = ${batch.id} AND ${whose} IN ${list(ids)}`,
  )
  return row?.members ?? 0
}

/** These customers of a batch with the guide who is, or was expected to be, its sender to them. */
export async function expectedPairs(
  tx: Tx,
  batch: Held,
  ids: readonly string[],
): Promise<{ externalUserId: string; userId: string }[]> {
  const r = SEND_RECIPIENT
  const rows = await eachChunk(ids, (part) =>
    tx.rows(
      sql`SELECT ${pick(r, 'external_userid', 'userid')} FROM ${r}
          WHERE ${r.batch_id} = ${batch.id} AND ${r.external_userid} IN ${list(part)}`,
    ),
  )
  return rows.flatMap(({ external_userid: externalUserId, userid: userId }) =>
    userId === null ? [] : [{ externalUserId, userId }],
  )
}

/** Another task of the same guide and kind with the same text was begun, and nobody knows whether WeCom made it. */
export async function isAnotherUnknown(tx: Tx, batch: BatchRow): Promise<boolean> {
  const isLike = sql`${SEND_BATCH.userid} = ${batch.userid} AND ${SEND_BATCH.chat_type} = ${batch.chat_type}
    AND ${SEND_BATCH.body_text} = ${batch.body_text}`
  const row = await tx.row(
    sql`SELECT ${pick(SEND_BATCH, 'id')} FROM ${SEND_BATCH} WHERE ${isLike} AND ${SEND_BATCH.id} <> ${batch.id}
          AND ${SEND_BATCH.started_at} IS NOT NULL AND ${SEND_BATCH.msgid} IS NULL
          AND ${SEND_BATCH.state} IN ${list(OPEN_BATCH_STATES)} LIMIT 1`,
  )
  return row !== undefined
}

/** Which of these platform tasks are known to be ours already. */
export async function knownMsgids(tx: Tx, msgids: string[]): Promise<Set<string>> {
  if (msgids.length === 0) return new Set()
  const rows = await tx.rows(
    sql`SELECT ${pick(SEND_BATCH, 'msgid')} FROM ${SEND_BATCH} WHERE ${SEND_BATCH.msgid} IN ${list(msgids)}`,
  )
  return new Set(rows.flatMap((row) => row.msgid ?? []))
}
