import { alias } from '../../../core/db/define-table.ts'
import { count, list, number, type Sql, select, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { DAY_MS } from '../../../core/kernel/shanghai.ts'
import type { SopRule } from '../../../rules/schema/sop-rule.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import { SOP_ENTRY } from '../sop-tables.ts'
import { FIRST_PEOPLE } from './drawn-evidence.ts'
import { firstOf } from './first-of.ts'
import { judgeAndKeep } from './judge-and-keep.ts'
import type { ArmSeen, Verdict } from './verdict.ts'

/** What people read of those only watched, and of the others. */
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

const e = alias(SOP_ENTRY, 'e')

/** How everybody entered for the first time. */
const firstEntries = (sop: string): Sql =>
  sql`(SELECT MIN(${SOP_ENTRY.id}) AS id FROM ${SOP_ENTRY} WHERE ${SOP_ENTRY.sop} = ${sop}
        GROUP BY ${SOP_ENTRY.external_userid}) first
      JOIN ${e} ON ${e.id} = first.id`

/** Which comparison the looks at a journey's hold-out belong to. */
export const heldOutName = (sop: string, rest: string): string => `hold-out:${sop}:${rest}`

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
  const isOver = sql`${e.entered_at} <= ${nowMs - windowMs}`
  const reached = sql`${e.goal_at} IS NOT NULL AND ${e.goal_at} < ${e.entered_at} + ${windowMs}`
  const counted = select({
    version: e.version,
    held_out: e.held_out,
    assigned: count(),
    people: number(sql`SUM(CASE WHEN ${isOver} THEN 1 ELSE 0 END)`),
    goals: number(sql`SUM(CASE WHEN ${isOver} AND ${reached} THEN 1 ELSE 0 END)`),
  })
  const rows = await tx.rows(sql`SELECT ${counted} FROM ${firstEntries(sop)} GROUP BY ${e.version}, ${e.held_out}`)
  const judged = rows.filter((row) => alike.includes(row.version))
  const armOf = (name: string, heldOut: number, weight: number): ArmSeen => {
    const own = judged.filter((row) => row.held_out === heldOut)
    const sum = (of: 'assigned' | 'people' | 'goals'): number => own.reduce((total, row) => total + row[of], 0)
    return { name, weight, assigned: sum('assigned'), people: sum('people'), goals: sum('goals'), guides: undefined }
  }
  const arms = [armOf(HELD_OUT, 1, percent), armOf(TAKEN_IN, 0, 100 - percent)]
  const first =
    alike.length === 0
      ? undefined
      : await firstOf(
          tx,
          sql`SELECT CASE WHEN ${reached} THEN 1 ELSE 0 END AS goal FROM ${firstEntries(sop)}
              WHERE ${isOver} AND ${e.version} IN ${list(alike)} ORDER BY ${e.id} LIMIT ${FIRST_PEOPLE}`,
        )
  const verdict = await judgeAndKeep(tx, arms, { name: heldOutName(sop, `${percent}:${days}`), first, nowMs })
  const total = (some: typeof rows): number => some.reduce((sum, row) => sum + row.assigned, 0)
  return { days, percent, arms, verdict, leftOut: total(rows) - total(judged) }
}

/** Versions with the very same hold-out. */
async function versionsAlike(
  tx: Tx,
  { sop, holdOut, versions }: { sop: string; holdOut: NonNullable<SopRule['holdOut']>; versions: SopVersions },
): Promise<string[]> {
  const rows = await tx.rows(
    sql`SELECT DISTINCT ${select({ version: SOP_ENTRY.version })} FROM ${SOP_ENTRY} WHERE ${SOP_ENTRY.sop} = ${sop}`,
  )
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
  const { id, external_userid: externalUserId, version, held_out: heldOut, entered_at: enteredAtMs } = SOP_ENTRY
  const first = await tx.rows(
    sql`SELECT ${select({ id: number(sql`MIN(${id})`), externalUserId })} FROM ${SOP_ENTRY}
        WHERE ${SOP_ENTRY.sop} = ${asked.sop} AND ${externalUserId} > ${after}
        GROUP BY ${externalUserId} ORDER BY ${externalUserId} LIMIT ${limit}`,
  )
  if (first.length === 0) return { people: [], last: undefined }
  const rows = await tx.rows(
    sql`SELECT ${select({ externalUserId, version, heldOut, enteredAtMs })} FROM ${SOP_ENTRY}
        WHERE ${id} IN ${list(first.map((row) => row.id))}
          AND ${enteredAtMs} <= ${asked.nowMs - asked.holdOut.days * DAY_MS}`,
  )
  const alike = await versionsAlike(tx, asked)
  const people = rows
    .filter((row) => alike.includes(row.version))
    .map((row) => ({ externalUserId: row.externalUserId, isHeldOut: row.heldOut === 1, enteredAtMs: row.enteredAtMs }))
  return { people, last: first.at(-1)?.externalUserId }
}
