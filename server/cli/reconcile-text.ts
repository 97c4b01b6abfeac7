import type { Tx } from '../core/db/tx.ts'
import { DAY_MS, shanghaiText, startOfShanghaiDay } from '../core/kernel/shanghai.ts'
import { FEEDBACK_DAYS } from '../upkeep/sync/compare-feedback.ts'
import type { MissedChange } from '../upkeep/sync/missed-changes.ts'
import { MISSED_ZH } from '../upkeep/sync/missed-kinds.ts'
import { syncQueries } from '../upkeep/sync/sync-queries.ts'
import type { SyncRun } from '../upkeep/sync/sync-run.ts'
import type { SyncState } from '../upkeep/sync/sync-states.ts'
import type { Sheet } from './frame/command.ts'
import { unreadRowsLines } from './unread-rows-text.ts'

const STATE_ZH: Record<SyncState, string> = {
  running: '进行中',
  done: '完成',
  partial: '有没读到的',
  failed: '没能开始',
}
const MOST_LINES = 500
export const MOST_RUNS = 15
const MOST_GUIDES = 5

const headOf = (run: SyncRun): string => {
  const what = run.dry ? '核对（只找不改）' : '核对'
  const seconds =
    run.finishedAtMs === undefined ? '' : `，用时 ${Math.round((run.finishedAtMs - run.startedAtMs) / 1_000)} 秒`
  const read = `读了 ${run.relations} 条客户关系、${run.groupsRead} 个群${seconds}`
  return `${what} #${run.id} ${shanghaiText(run.startedAtMs)}：${STATE_ZH[run.state]}，${read}`
}

/** What one reconciliation found: how many, which kinds, since when; with `every`, each single one. */
export async function runText(tx: Tx, run: SyncRun, { every = false } = {}): Promise<string> {
  const lines = [headOf(run)]
  const sums = await syncQueries.missedChanges.sumsOf(tx, run.id)
  const since = await syncQueries.endedBefore(tx, run.id)
  const sinceText = since === undefined ? '' : `（上一次核对 ${shanghaiText(since)} 没有见到）`
  if (sums.length === 0) lines.push('没有漏掉的变化。')
  else lines.push(`${run.dry ? '找到' : '找到并补上'} ${run.found} 处漏掉的变化${sinceText}：`)
  for (const { kind, amount, sinceMs } of sums) {
    const oldest = sinceMs === undefined ? '' : `，最早 ${shanghaiText(sinceMs)}`
    lines.push(`  ${MISSED_ZH[kind]} ${amount}${oldest}`)
  }
  if (run.renewed > 0) lines.push(`另有 ${run.renewed} 位客户的昵称、头像等更新了（企业微信不通知这些）。`)
  if (run.gaps > 0)
    lines.push(`有 ${run.gaps} 处没读到，那里没有改动任何东西；原因在服务日志里。`, ...(await unreadRowsLines(tx, run)))
  lines.push(...(await feedbackLines(tx, run, every)))
  if (every) lines.push(...(await everyLine(tx, run)))
  return lines.join('\n')
}

/** Customers who deleted their guide without our hearing of it: how many, not who. */
async function feedbackLines(tx: Tx, run: SyncRun, every: boolean): Promise<string[]> {
  const from = startOfShanghaiDay(run.startedAtMs) - FEEDBACK_DAYS * DAY_MS
  const sums = await syncQueries.feedback.sumsSince(tx, from)
  const total = (key: 'atWecom' | 'heard'): number => sums.reduce((sum, guide) => sum + guide[key], 0)
  const missed = total('atWecom') - total('heard')
  if (sums.length === 0) return ['近 30 天没有客户删除导购（按企业微信的统计）。']
  const head = `近 30 天客户删除导购：企业微信统计 ${total('atWecom')} 次，这里记到 ${total('heard')} 次，差 ${missed} 次`
  if (missed <= 0) return [`${head}。`]
  const worst = sums.filter((guide) => guide.atWecom > guide.heard)
  const shown = every ? worst : worst.slice(0, MOST_GUIDES)
  const named = shown.map((guide) => `${guide.userId} ${guide.atWecom - guide.heard}`).join('、')
  return [`${head}（这类通知漏了就查不出是谁，他们仍在好友名单里）。差得多的：${named}`]
}

async function everyLine(tx: Tx, run: SyncRun): Promise<string[]> {
  const found = await syncQueries.missedChanges.ofRun(tx, run.id, MOST_LINES)
  const lines = found.map(({ kind, subject, userId, amount = 1, sinceMs }) =>
    [
      `  ${MISSED_ZH[kind]}：${subject}`,
      userId === undefined ? '' : ` @${userId}`,
      amount === 1 ? '' : ` ×${amount}`,
      sinceMs === undefined ? '' : ` ${shanghaiText(sinceMs)}`,
    ].join(''),
  )
  if (found.length === MOST_LINES) lines.push(`  ……只列前 ${MOST_LINES} 项`)
  return lines
}

/** `runs`: newest first. */
export const runsText = (runs: readonly SyncRun[]): string =>
  runs.length === 0
    ? '还没有核对过。每天凌晨会自己做一次，也可以现在运行 npm run -s reconcile。'
    : runs.map((run) => `${headOf(run)}，${run.found === 0 ? '没有漏掉的' : `漏掉 ${run.found} 处`}`).join('\n')

export const runsSheet = (runs: readonly SyncRun[]): Sheet => ({
  header: ['编号', '开始', '结果', '只找不改', '客户关系', '客户群', '漏掉', '没读到'],
  rows: runs.map((run) => [
    run.id,
    shanghaiText(run.startedAtMs),
    STATE_ZH[run.state],
    run.dry ? '是' : '',
    run.relations,
    run.groupsRead,
    run.found,
    run.gaps,
  ]),
})

export const foundSheet = (found: readonly MissedChange[]): Sheet => ({
  header: ['漏掉的变化', '是谁或什么', '导购', '几次', '什么时候'],
  rows: found.map(({ kind, subject, userId, amount = 1, sinceMs }) => [
    MISSED_ZH[kind],
    subject,
    userId ?? null,
    amount,
    sinceMs === undefined ? null : shanghaiText(sinceMs),
  ]),
})
