import { HOUR_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import type { SyncRun } from '../upkeep/sync/sync-run.ts'

/** Of the whole work the customers are nearly all. */
const PEOPLE_SHARE = 0.9

/** How far a run is, from 0 to 1, as far as can be told while it discovers what there is to read. */
export function shareOf(run: SyncRun): number {
  if (run.finishedAtMs !== undefined) return 1
  const steps = run.parts === 0 ? 0 : run.partsDone / run.parts
  if (run.relationsExpected === undefined || run.relationsExpected === 0) return steps
  const people = Math.min(1, run.relations / run.relationsExpected)
  return PEOPLE_SHARE * people + (1 - PEOPLE_SHARE) * steps
}

/** `约还要 8 分钟`; empty while it is too early to tell. */
export function leftText(share: number, elapsedMs: number): string {
  if (share < 0.01 || share >= 1 || elapsedMs < 1_000) return ''
  const leftMs = (elapsedMs / share) * (1 - share)
  if (leftMs < MINUTE_MS) return `约还要 ${Math.max(1, Math.round(leftMs / 1_000))} 秒`
  if (leftMs < 2 * HOUR_MS) return `约还要 ${Math.round(leftMs / MINUTE_MS)} 分钟`
  return `约还要 ${(leftMs / HOUR_MS).toFixed(1)} 小时`
}

/** One line about a run that goes on. */
export function progressText(run: SyncRun, nowMs: number): string {
  const about = run.relationsExpected === undefined ? '' : `/约 ${run.relationsExpected}`
  const parts = [
    `客户关系 ${run.relations}${about}`,
    run.groups === 0 ? '' : `客户群 ${run.groupsRead}/${run.groups}`,
    run.gaps === 0 ? '' : `${run.gaps} 处没读到`,
    leftText(shareOf(run), nowMs - run.startedAtMs),
  ]
  return parts.filter((part) => part !== '').join('，')
}
