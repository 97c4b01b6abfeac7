import type { Db } from '../../core/db/db.ts'
import { list, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { pagesOf } from '../../platform/wecom/wire/pages.ts'
import type { Customers } from '../../records/customers/customers.ts'
import { hintsOf } from './loss-hints.ts'
import { settle, settleEach, type Verdict } from './outcomes.ts'
import { type BatchRow, SEND_RECIPIENT } from './send-tables.ts'
import { isChosenByWecom } from './wecom-chooses.ts'

export interface ReadDeps {
  db: Db
  clock: Clock
  wecom: Pick<Wecom, 'massSends'>
  /** Who is no friend any more may be one of whom no event told. */
  mayBeLost: Customers['mayBeLost']
}

const PAGE = 1_000

interface SendResult {
  external_userid?: string
  chat_id?: string
  status?: number
  send_time?: number
}

/** What WeCom tells of one guide whose task it is. */
export interface SenderTask {
  userid: string
  status: number
  send_time: number | undefined
}

export async function readTasks({ wecom }: ReadDeps, batch: BatchRow): Promise<SenderTask[]> {
  const tasks: SenderTask[] = []
  const msgid = batch.msgid ?? ''
  for await (const page of pagesOf((more) => wecom.massSends.tasks({ msgid, limit: PAGE, ...more }))) {
    for (const { userid, status, send_time } of page.task_list) tasks.push({ userid, status, send_time })
  }
  return tasks
}

/** Page by page, each in its own transaction; true when an outcome was new. */
export async function readResults(deps: ReadDeps, batch: BatchRow, task: SenderTask): Promise<boolean> {
  const { db, wecom } = deps
  let isNew = false
  const asked = { msgid: batch.msgid ?? '', userid: task.userid, limit: PAGE }
  for await (const page of pagesOf((more) => wecom.massSends.results({ ...asked, ...more }))) {
    const changed = await db.tx((tx) => recordResults(tx, deps, { batch, task, results: page.send_list }))
    if (changed > 0) isNew = true
  }
  return isNew
}

/** The platform's status: 0 not yet, 1 sent, 2 not a friend, 3 the customer's limit was reached. */
function verdictOf(result: SendResult, nowMs: number): Verdict | undefined {
  if (result.status === 1) {
    return { outcome: 'sent', atMs: result.send_time === undefined ? nowMs : result.send_time * 1_000 }
  }
  if (result.status === 2) return { outcome: 'not-friend', atMs: nowMs }
  if (result.status === 3) return { outcome: 'over-limit', atMs: nowMs }
  return undefined
}

async function recordResults(
  tx: Tx,
  { clock, mayBeLost }: ReadDeps,
  { batch, task, results }: { batch: BatchRow; task: SenderTask; results: SendResult[] },
): Promise<number> {
  const nowMs = clock.now()
  const isOfWecom = isChosenByWecom(batch)
  if (isOfWecom) await noteSender(tx, batch, task.userid, results)
  const alike = new Map<string, { verdict: Verdict; ids: string[] }>()
  for (const result of results) {
    const verdict = verdictOf(result, nowMs)
    const whose = batch.chat_type === 'group' ? result.chat_id : result.external_userid
    if (verdict === undefined || whose === undefined) continue
    const key = `${verdict.outcome} ${verdict.atMs}`
    const held = alike.get(key) ?? { verdict, ids: [] }
    held.ids.push(whose)
    alike.set(key, held)
  }
  let changed = 0
  for (const { verdict, ids } of alike.values()) {
    if (verdict.outcome !== 'not-friend' || batch.chat_type === 'group') {
      changed += await settle(tx, batch, ids, verdict)
      continue
    }
    const fresh = await settleEach(tx, batch, ids, verdict)
    changed += fresh.length
    const userId = isOfWecom ? task.userid : batch.userid
    const pairs = fresh.map((externalUserId) => ({ externalUserId, userId }))
    // Not friends when it went out: whoever has added the guide again since is one.
    const noFriendsAtMs = task.send_time === undefined ? undefined : task.send_time * 1_000
    await mayBeLost(tx, hintsOf(batch, pairs, { text: '群发没有送到，企业微信说已不是好友', noFriendsAtMs }))
  }
  return changed
}

/** Those whom WeCom lists with this guide are sent to by them, whoever was expected. */
async function noteSender(tx: Tx, batch: BatchRow, userId: string, results: SendResult[]): Promise<void> {
  const ids = results.flatMap(({ external_userid }) => external_userid ?? [])
  if (ids.length === 0) return
  const r = SEND_RECIPIENT
  await tx.run(
    sql`UPDATE ${r} SET ${set(r, { userid: userId })} WHERE ${r.batch_id} = ${batch.id} AND ${r.outcome} = 'planned'
          AND ${r.external_userid} IN ${list(ids)} AND ${r.userid} <> ${userId}`,
  )
}
