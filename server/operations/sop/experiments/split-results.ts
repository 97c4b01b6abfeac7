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

export interface AskedSplit {
  sop: string
  split: SopSplit
  /** Default: 7. */
  windowDays?: number | undefined
  nowMs: number
  versions: SopVersions
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
export async function splitResult(tx: Tx, asked: AskedSplit): Promise<SplitResult> {
  const { sop, split, windowDays = WINDOW_DAYS, nowMs } = asked
  const { experiment, by = 'customer' } = split
  const drawn = { sop, experiment, windowMs: windowDays * DAY_MS, nowMs }
  const rows = await countDrawn(tx, drawn)
  const alike = await versionsAlike(
    tx,
    asked,
    rows.map(({ version }) => version),
  )
  const judged = rows.filter((row) => alike.has(row.version))
  const first = await firstDrawn(tx, drawn, [...alike])
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
  const name = windowDays === WINDOW_DAYS ? `split:${sop}:${experiment}:${versionOf(armsText(split))}` : undefined
  const verdict = await judgeAndKeep(tx, arms, { name, first, nowMs })
  const leftOut = sumOf(rows, (row) => row.assigned) - sumOf(judged, (row) => row.assigned)
  return { experiment, by, windowDays, arms, verdict, leftOut }
}

/** Those of these versions whose experiment has the very same arms and weights. */
async function versionsAlike(
  tx: Tx,
  { sop, split, versions }: AskedSplit,
  among: readonly string[],
): Promise<Set<string>> {
  const text = armsText(split)
  const alike = new Set<string>()
  for (const version of new Set(among)) {
    const stored = await versions(tx, sop, version)
    const then = splitsOf(stored?.value.steps ?? []).find((one) => one.split.experiment === split.experiment)
    if (then !== undefined && armsText(then.split) === text) alike.add(version)
  }
  return alike
}

export interface SplitPerson {
  externalUserId: string
  arm: string
  drawnAtMs: number
}

/** The people who are judged, the very ones whose goals are counted (who are erased, or whose past has ended, are not), a page of all who ever drew at a time; for what they bought. `last`: where the next page begins;
 *  undefined after the last one. */
export async function splitPeople(
  tx: Tx,
  asked: AskedSplit,
  { after, limit }: { after: string; limit: number },
): Promise<{ people: SplitPerson[]; last: string | undefined }> {
  const { id, external_userid: externalUserId, sop, experiment } = SOP_SPLIT
  const first = await tx.rows(
    sql`SELECT ${select({ id: number(sql`MIN(${id})`), externalUserId })} FROM ${SOP_SPLIT}
        WHERE ${sop} = ${asked.sop} AND ${experiment} = ${asked.split.experiment} AND ${externalUserId} > ${after}
        GROUP BY ${externalUserId} ORDER BY ${externalUserId} LIMIT ${limit}`,
  )
  if (first.length === 0) return { people: [], last: undefined }
  const rows = await tx.rows(
    sql`SELECT ${select({ externalUserId: s.external_userid, version: s.version, arm: s.arm, drawnAtMs: s.at })}
        FROM ${s} JOIN ${e} ON ${e.id} = ${s.entry_id}
        WHERE ${s.id} IN ${list(first.map((row) => row.id))}
          AND ${s.at} <= ${asked.nowMs - (asked.windowDays ?? WINDOW_DAYS) * DAY_MS}`,
  )
  const alike = await versionsAlike(
    tx,
    asked,
    rows.map((row) => row.version),
  )
  const people = rows.filter((row) => alike.has(row.version)).map(({ version: _version, ...person }) => person)
  return { people, last: first.at(-1)?.externalUserId }
}
