import { alias } from '../../../core/db/define-table.ts'
import { count, list, number, type Sql, select, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { DAY_MS } from '../../../core/kernel/shanghai.ts'
import { versionOf } from '../../../rules/book/rule-version.ts'
import { armsText, splitsOf } from '../../../rules/book/splits-of.ts'
import type { SopSplit } from '../../../rules/schema/sop-rule.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import { SOP_ENTRY, SOP_SPLIT } from '../sop-tables.ts'
import { type Arm, FIRST_PEOPLE } from './drawn-evidence.ts'
import { firstOf } from './first-of.ts'
import { judgeAndKeep } from './judge-and-keep.ts'
import type { ArmSeen, Verdict } from './verdict.ts'

/** How long after the draw a goal counts, where nobody says otherwise; such looks are the ones that are remembered. */
const WINDOW_DAYS = 7

export interface SplitResult {
  experiment: string
  by: 'customer' | 'guide'
  windowDays: number
  arms: ArmSeen[]
  verdict: Verdict
  /** Drawn under other arms or weights of this name, and so left out. */
  leftOut: number
}

interface Counted {
  version: string
  arm: string
  userid: string
  assigned: number
  people: number
  goals: number
}

interface Asked {
  sop: string
  experiment: string
  windowMs: number
  nowMs: number
}

const s = alias(SOP_SPLIT, 's')
const e = alias(SOP_ENTRY, 'e')

/** Each person once, in the arm that they drew first. */
const drawnOnce = ({ sop, experiment }: Asked): Sql =>
  sql`(SELECT MIN(${SOP_SPLIT.id}) AS id FROM ${SOP_SPLIT}
        WHERE ${SOP_SPLIT.sop} = ${sop} AND ${SOP_SPLIT.experiment} = ${experiment}
        GROUP BY ${SOP_SPLIT.external_userid}) first
      JOIN ${s} ON ${s.id} = first.id JOIN ${e} ON ${e.id} = ${s.entry_id}`

/** A goal counts within the window after the draw, and only people whose window has passed are judged. */
const isOver = ({ windowMs, nowMs }: Asked): Sql => sql`${s.at} <= ${nowMs - windowMs}`
const reached = ({ windowMs }: Asked): Sql => sql`${e.goal_at} IS NOT NULL AND ${e.goal_at} < ${s.at} + ${windowMs}`

function countDrawn(tx: Tx, asked: Asked): Promise<Counted[]> {
  const counted = select({
    version: s.version,
    arm: s.arm,
    userid: s.userid,
    assigned: count(),
    people: number(sql`SUM(CASE WHEN ${isOver(asked)} THEN 1 ELSE 0 END)`),
    goals: number(sql`SUM(CASE WHEN ${isOver(asked)} AND ${reached(asked)} THEN 1 ELSE 0 END)`),
  })
  return tx.rows(sql`SELECT ${counted} FROM ${drawnOnce(asked)} GROUP BY ${s.version}, ${s.arm}, ${s.userid}`)
}

/** Those who drew first, of all arms together. */
async function firstDrawn(tx: Tx, asked: Asked, versions: string[]): Promise<Arm | undefined> {
  if (versions.length === 0) return undefined
  return firstOf(
    tx,
    sql`SELECT CASE WHEN ${reached(asked)} THEN 1 ELSE 0 END AS goal FROM ${drawnOnce(asked)}
        WHERE ${isOver(asked)} AND ${s.version} IN ${list(versions)} ORDER BY ${s.id} LIMIT ${FIRST_PEOPLE}`,
  )
}

/** Results of one experiment as `split` says it now: who drew under other arms or weights of the same name is left out.
 *  Remembers the look when it is over the usual window. */
export async function splitResult(
  tx: Tx,
  asked: { sop: string; split: SopSplit; windowDays?: number | undefined; nowMs: number; versions: SopVersions },
): Promise<SplitResult> {
  const { sop, split, windowDays = WINDOW_DAYS, nowMs, versions } = asked
  const { experiment, by = 'customer' } = split
  const drawn = { sop, experiment, windowMs: windowDays * DAY_MS, nowMs }
  const rows = await countDrawn(tx, drawn)
  const text = armsText(split)
  const isSame = new Map<string, boolean>()
  for (const { version } of rows) {
    if (isSame.has(version)) continue
    const stored = await versions(tx, sop, version)
    const then = splitsOf(stored?.value.steps ?? []).find((one) => one.split.experiment === experiment)
    isSame.set(version, then !== undefined && armsText(then.split) === text)
  }
  const judged = rows.filter((row) => isSame.get(row.version) === true)
  const first = await firstDrawn(
    tx,
    drawn,
    [...isSame].flatMap(([version, same]) => (same ? [version] : [])),
  )
  const sumOf = (some: Counted[], of: (row: Counted) => number): number => some.reduce((sum, row) => sum + of(row), 0)
  const arms = split.arms.map(({ arm, weight }): ArmSeen => {
    const own = judged.filter((row) => row.arm === arm)
    const guideIds = [...new Set(own.map((row) => row.userid))]
    const guides = guideIds.map((userid) => {
      const theirs = own.filter((row) => row.userid === userid)
      return { people: sumOf(theirs, (row) => row.people), goals: sumOf(theirs, (row) => row.goals) }
    })
    return {
      name: arm,
      weight,
      assigned: sumOf(own, (row) => row.assigned),
      people: sumOf(own, (row) => row.people),
      goals: sumOf(own, (row) => row.goals),
      guides: by === 'guide' ? guides : undefined,
    }
  })
  const name = windowDays === WINDOW_DAYS ? `split:${sop}:${experiment}:${versionOf(text)}` : undefined
  const verdict = await judgeAndKeep(tx, arms, { name, first, nowMs })
  const leftOut = sumOf(rows, (row) => row.assigned) - sumOf(judged, (row) => row.assigned)
  return { experiment, by, windowDays, arms, verdict, leftOut }
}
