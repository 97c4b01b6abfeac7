import type { Tx } from '../../db/tx.ts'
import { DAY_MS } from '../../kernel/shanghai.ts'
import type { SopRule } from '../../rules/schema/sop-rule.ts'
import type { SopVersions } from '../sop-versions.ts'
import { judgeAndKeep } from './judge-and-keep.ts'
import type { ArmSeen, Verdict } from './verdict.ts'

export const HELD_OUT = '对照组'
export const TAKEN_IN = '进入的人'

export interface HoldOutResult {
  days: number
  percent: number
  /** Those only watched, then those who got the journey. */
  arms: ArmSeen[]
  verdict: Verdict
  /** Came in when the rule had no hold-out or another one, and so are left out. */
  leftOut: number
}

/** Each person's first time in the journey. */
const FIRST = `NOT EXISTS (SELECT 1 FROM sop_entry b
  WHERE b.sop = e.sop AND b.external_userid = e.external_userid AND b.id < e.id)`

/** What a journey brings: goals within `holdOut.days` of entering, of those who got it against those only watched. Only
 *  people for whom that time has passed are judged. Remembers the look. */
export async function holdOutResult(
  tx: Tx,
  asked: { sop: string; holdOut: NonNullable<SopRule['holdOut']>; nowMs: number; versions: SopVersions },
): Promise<HoldOutResult> {
  const { sop, holdOut, nowMs } = asked
  const { days, percent } = holdOut
  const alike = await versionsAlike(tx, asked)
  const windowMs = days * DAY_MS
  const rows = await tx.rows<{ version: string; held_out: number; assigned: number; people: number; goals: number }>(
    `SELECT e.version, e.held_out, COUNT(*) AS assigned,
       SUM(CASE WHEN e.entered_at <= ? THEN 1 ELSE 0 END) AS people,
       SUM(CASE WHEN e.entered_at <= ? AND e.goal_at IS NOT NULL AND e.goal_at < e.entered_at + ? THEN 1 ELSE 0 END) AS goals
     FROM sop_entry e WHERE e.sop = ? AND ${FIRST} GROUP BY e.version, e.held_out`,
    [nowMs - windowMs, nowMs - windowMs, windowMs, sop],
  )
  const judged = rows.filter((row) => alike.includes(row.version))
  const armOf = (name: string, heldOut: number, weight: number): ArmSeen => {
    const own = judged.filter((row) => row.held_out === heldOut)
    const sum = (of: 'assigned' | 'people' | 'goals'): number => own.reduce((total, row) => total + Number(row[of]), 0)
    return { name, weight, assigned: sum('assigned'), people: sum('people'), goals: sum('goals'), guides: undefined }
  }
  const arms = [armOf(HELD_OUT, 1, percent), armOf(TAKEN_IN, 0, 100 - percent)]
  const verdict = await judgeAndKeep(tx, arms, { name: `hold-out:${sop}:${percent}:${days}`, nowMs })
  const total = (list: typeof rows): number => list.reduce((sum, row) => sum + Number(row.assigned), 0)
  return { days, percent, arms, verdict, leftOut: total(rows) - total(judged) }
}

/** Versions with the very same hold-out. */
async function versionsAlike(
  tx: Tx,
  { sop, holdOut, versions }: { sop: string; holdOut: NonNullable<SopRule['holdOut']>; versions: SopVersions },
): Promise<string[]> {
  const rows = await tx.rows<{ version: string }>('SELECT DISTINCT version FROM sop_entry WHERE sop = ?', [sop])
  const alike: string[] = []
  for (const { version } of rows) {
    const then = (await versions(tx, sop, version))?.value.holdOut
    if (then?.percent === holdOut.percent && then.days === holdOut.days) alike.push(version)
  }
  return alike
}

export interface HoldOutPerson {
  entryId: number
  externalUserId: string
  isHeldOut: boolean
  enteredAtMs: number
}

/** The people who are judged, in pages by entry; for what they bought. */
export async function holdOutPeople(
  tx: Tx,
  asked: { sop: string; holdOut: NonNullable<SopRule['holdOut']>; nowMs: number; versions: SopVersions },
  { afterId, limit }: { afterId: number; limit: number },
): Promise<HoldOutPerson[]> {
  const alike = await versionsAlike(tx, asked)
  if (alike.length === 0) return []
  const rows = await tx.rows<{ id: number; external_userid: string; held_out: number; entered_at: number }>(
    `SELECT e.id, e.external_userid, e.held_out, e.entered_at FROM sop_entry e
     WHERE e.sop = ? AND e.id > ? AND e.entered_at <= ? AND e.version IN (${alike.map(() => '?').join(', ')}) AND ${FIRST}
     ORDER BY e.id LIMIT ${limit}`,
    [asked.sop, afterId, asked.nowMs - asked.holdOut.days * DAY_MS, ...alike],
  )
  return rows.map((row) => ({
    entryId: row.id,
    externalUserId: row.external_userid,
    isHeldOut: row.held_out === 1,
    enteredAtMs: row.entered_at,
  }))
}
