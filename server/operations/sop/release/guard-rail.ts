import type { Db } from '../../../core/db/db.ts'
import { count, number, select, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import type { Logger } from '../../../core/kernel/logger.ts'
import type { Alerts } from '../../../records/alerts/alerts.ts'
import type { RuleBookHolder } from '../../../rules/book/rule-book.ts'
import { type Release, type Rollout, stopCanary } from '../../../rules/release/release.ts'
import { releaseStore } from '../../../rules/release/release-store.ts'
import { ALPHA } from '../experiments/drawn-evidence.ts'
import { estimateOf, logEvidence } from '../experiments/msprt.ts'
import { SOP_ENTRY } from '../sop-tables.ts'

export interface GuardRailDeps {
  db: Db
  clock: Clock
  log: Pick<Logger, 'warn'>
  rules: Pick<RuleBookHolder, 'current'>
  alerts: Alerts
}

/** Entrants since the canary began, and how many of them were lost since they entered. */
export interface Losses {
  people: number
  lost: number
}

/** Fewer say nothing about what is usual. */
const MIN_CONTROL = 10
const ALERT = 'sop-canary-stopped'
const alertKey = (sop: string): string => `${ALERT}:${sop}`

const share = ({ people, lost }: Losses): number => (people === 0 ? 0 : lost / people)
const percentText = (losses: Losses): string =>
  `${losses.people} 人里流失 ${losses.lost} 人（${(share(losses) * 100).toFixed(1)}%）`

/** Must a canary stop? When, of at least `after` people, more than `lostPercent` were lost, unless the control group (those
 *  who entered the stable version in the same time, at least 10) is over that limit too and the canary is not worse beyond
 *  chance: then whatever drives people away is not the new version. */
export function mustStop(stopWhen: NonNullable<Rollout['stopWhen']>, canary: Losses, control: Losses): boolean {
  const limit = stopWhen.lostPercent / 100
  if (canary.people < stopWhen.after || share(canary) <= limit) return false
  if (control.people < MIN_CONTROL || share(control) <= limit) return true
  const [usual, seen] = [control, canary].map(({ people, lost }) => estimateOf({ people, goals: lost }))
  if (usual === undefined || seen === undefined || seen.share <= usual.share) return false
  return logEvidence(usual, seen, limit) >= -Math.log(ALPHA)
}

/** Ends canaries that drive people away: everybody gets the stable version again, and a person is told. */
export function createGuardRail({ db, clock, log, rules, alerts }: GuardRailDeps) {
  async function lossesOf(tx: Tx, release: Release, isCanary: boolean): Promise<Losses> {
    const lost = number(sql`COALESCE(SUM(CASE WHEN ${SOP_ENTRY.lost_at} IS NOT NULL THEN 1 ELSE 0 END), 0)`)
    const version = (isCanary ? release.canary : release.stable) ?? ''
    const found = await tx.row(
      sql`SELECT ${select({ people: count(), lost })} FROM ${SOP_ENTRY}
          WHERE ${SOP_ENTRY.sop} = ${release.sop} AND ${SOP_ENTRY.version} = ${version}
            AND ${SOP_ENTRY.canary} = ${isCanary ? 1 : 0} AND ${SOP_ENTRY.held_out} = 0
            AND ${SOP_ENTRY.entered_at} >= ${release.canarySinceMs ?? release.atMs}`,
    )
    return found ?? { people: 0, lost: 0 }
  }

  async function look(tx: Tx, sop: string): Promise<void> {
    const release = await releaseStore.latestOf(tx, sop)
    const stopWhen = release?.rollout?.stopWhen
    if (release?.canary === undefined || stopWhen === undefined) return
    const canary = await lossesOf(tx, release, true)
    const control = await lossesOf(tx, release, false)
    if (!mustStop(stopWhen, canary, control)) return
    const title = rules.current().sops.get(sop)?.title ?? sop
    const note = `新版本 ${percentText(canary)}，超过 ${stopWhen.lostPercent}%；同期旧版本 ${percentText(control)}`
    const author = { name: undefined, source: 'guard-rail' as const }
    const draft = stopCanary(release, release.canary, note)
    if (!(await releaseStore.append(tx, release, draft, { atMs: clock.now(), author }))) return
    log.warn({ sop, version: release.canary, ...canary }, 'canary stopped by its guard-rail')
    await alerts.raise(tx, {
      key: alertKey(sop),
      text: `SOP「${title}」的灰度已自动停止：${note}`,
      todo: `${release.stable === undefined ? '现在没有人进这条 SOP' : '新客户都走旧版本'}；改好规则文件会重新发布，或运行 npm run -s sop -- release ${sop} 再放一次`,
    })
  }

  /** A trouble is over when something else was released since. */
  async function resolveOld(tx: Tx): Promise<void> {
    for (const { key } of await alerts.queries.open(tx)) {
      if (!key.startsWith(`${ALERT}:`)) continue
      const last = await releaseStore.latestOf(tx, key.slice(ALERT.length + 1))
      if (last?.what !== 'stopped') await alerts.resolve(tx, key)
    }
  }

  return async (): Promise<void> => {
    await db.tx(resolveOld)
    for (const sop of rules.current().sops.values()) {
      if (sop.canary !== undefined) await db.tx((tx) => look(tx, sop.name))
    }
  }
}
