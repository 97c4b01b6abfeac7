import type { Tx } from '../../../core/db/tx.ts'
import { DAY_MS } from '../../../core/kernel/shanghai.ts'
import type { SopRule } from '../../../rules/schema/sop-rule.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import { judgeAndKeep } from './judge-and-keep.ts'
import type { ArmSeen, Verdict } from './verdict.ts'

const HELD_OUT = '对照组'
const TAKEN_IN = '进入的人'

export interface HoldOutResult {
  days: number
  percent: number
  /** Those only watched, then those who got the journey. */
  arms: ArmSeen[]
  verdict: Verdict
  /** Came in when the rule had no hold-out or another one, and so are left out. */
  leftOut: number
}

/** What a journey brings: goals within `holdOut.days` of entering for the first time, of those who got it against those only watched. Only
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
     FROM (SELECT MIN(id) AS id FROM sop_entry WHERE sop = ? GROUP BY external_userid) first
     JOIN sop_entry e ON e.id = first.id GROUP BY e.version, e.held_out`,
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
  externalUserId: string
  isHeldOut: boolean
  enteredAtMs: number
}

/** The people who are judged, a page of all who ever entered at a time; for what they bought. `last`: where the next page
 *  begins; undefined after the last one. */
export async function holdOutPeople(
  tx: Tx,
  asked: { sop: string; holdOut: NonNullable<SopRule['holdOut']>; nowMs: number; versions: SopVersions },
  { after, limit }: { after: string; limit: number },
): Promise<{ people: HoldOutPerson[]; last: string | undefined }> {
  const first = await tx.rows<{ id: number; external_userid: string }>(
    `SELECT MIN(id) AS id, external_userid FROM sop_entry WHERE sop = ? AND external_userid > ?
     GROUP BY external_userid ORDER BY external_userid LIMIT ${limit}`,
    [asked.sop, after],
  )
  if (first.length === 0) return { people: [], last: undefined }
  const rows = await tx.rows<{ external_userid: string; version: string; held_out: number; entered_at: number }>(
    `SELECT external_userid, version, held_out, entered_at FROM sop_entry
     WHERE id IN (${first.map(() => '?').join(', ')}) AND entered_at <= ?`,
    [...first.map((row) => row.id), asked.nowMs - asked.holdOut.days * DAY_MS],
  )
  const alike = await versionsAlike(tx, asked)
  const people = rows
    .filter((row) => alike.includes(row.version))
    .map((row) => ({
      externalUserId: row.external_userid,
      isHeldOut: row.held_out === 1,
      enteredAtMs: row.entered_at,
    }))
  return { people, last: first.at(-1)?.external_userid }
}
