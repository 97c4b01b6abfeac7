import { alias } from '../../core/db/define-table.ts'
import { all, count, every, number, pick, type Sql, select, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import { CUSTOMER_SCORE, SCORE_DAY, SCORE_MOVE, SCORE_RUN } from './score-tables.ts'

const s = alias(CUSTOMER_SCORE, 's')
const d = SCORE_DAY
const m = alias(SCORE_MOVE, 'm')
const MOST_SHOWN = 100_000

/** How many customers there were. */
export interface DayCounts {
  /** By points, as `5-4-3` of R, F and M. */
  cells: Record<string, number>
  /** By name; empty without rfm.yaml. */
  names: Record<string, number>
}

export interface ScoreDay extends DayCounts {
  /** Midnight in Shanghai. */
  dayMs: number
  /** Version of rfm.yaml; empty without it. */
  rule: string
}

/** From one group to another; undefined: none. */
export interface Transition {
  from: string | undefined
  to: string | undefined
  customers: number
}

export interface MoveSeen {
  externalUserId: string
  from: string | undefined
  to: string | undefined
  atMs: number
}

/** As many of each as there are; of a day told twice the later. */
export async function writeDay(tx: Tx, { atMs, rule }: { atMs: number; rule: string }): Promise<void> {
  const cell = select({ r: s.r, f: s.f, m: s.m, name: s.name, customers: count() })
  const rows = await tx.rows(sql`SELECT ${cell} FROM ${s} GROUP BY ${s.r}, ${s.f}, ${s.m}, ${s.name}`)
  const counts: DayCounts = { cells: {}, names: {} }
  for (const { r, f, m, name, customers } of rows) {
    const key = `${r}-${f}-${m}`
    counts.cells[key] = (counts.cells[key] ?? 0) + customers
    if (name !== null) counts.names[name] = (counts.names[name] ?? 0) + customers
  }
  await tx.upsert(d, [{ day: startOfShanghaiDay(atMs), rule, counts: JSON.stringify(counts) }], ['day'])
}

export const driftQueries = {
  /** When everybody was last scored, by which rules and since when by them; undefined before the first night. */
  settled: async (tx: ReadTx): Promise<{ atMs: number; sinceMs: number; rule: string } | undefined> => {
    const run = await tx.row(
      sql`SELECT ${pick(SCORE_RUN, 'settled_at', 'settled_since', 'settled_rule')} FROM ${SCORE_RUN} LIMIT 1`,
    )
    if (run === undefined || run.settled_at === null) return undefined
    const { settled_at: atMs, settled_since, settled_rule } = run
    return { atMs, sinceMs: settled_since ?? atMs, rule: settled_rule ?? '' }
  },
  /** The last day that was counted up to this one. */
  dayBy: async (tx: ReadTx, dayMs: number): Promise<ScoreDay | undefined> => {
    const row = await tx.row(sql`SELECT ${all(d)} FROM ${d} WHERE ${d.day} <= ${dayMs} ORDER BY ${d.day} DESC LIMIT 1`)
    if (row === undefined) return undefined
    // Written by `writeDay` only.
    return { dayMs: row.day, rule: row.rule, ...(JSON.parse(row.counts) as DayCounts) }
  },
  /** From what customers were after `sinceMs` began to what they are now, however often they moved between; those who are what
   *  they were are left out. The most first. */
  transitions: async (tx: ReadTx, sinceMs: number): Promise<Transition[]> => {
    const first = sql`SELECT MIN(${m.id}) FROM ${m} WHERE ${m.moved_at} > ${sinceMs} GROUP BY ${m.external_userid}`
    const f = alias(SCORE_MOVE, 'f')
    const pair = select({ was: f.from_name, present: s.name, customers: count() })
    const rows = await tx.rows(
      sql`SELECT ${pair} FROM ${f} LEFT JOIN ${s} ON ${s.external_userid} = ${f.external_userid}
          WHERE ${f.id} IN (${first}) GROUP BY ${f.from_name}, ${s.name}`,
    )
    return rows
      .filter((row) => row.was !== row.present)
      .map((row) => ({ from: row.was ?? undefined, to: row.present ?? undefined, customers: row.customers }))
      .sort((one, other) => other.customers - one.customers || pairText(one).localeCompare(pairText(other)))
  },
  /** Newest first, at most `limit`; `to`: only into this group. */
  moves: async (
    tx: ReadTx,
    { sinceMs, to, limit = MOST_SHOWN }: { sinceMs: number; to?: string | undefined; limit?: number },
  ): Promise<MoveSeen[]> => {
    const move = select({ externalUserId: m.external_userid, was: m.from_name, became: m.to_name, atMs: m.moved_at })
    const rows = await tx.rows(
      sql`SELECT ${move} FROM ${m} WHERE ${among(sinceMs, to)} ORDER BY ${m.moved_at} DESC, ${m.external_userid} LIMIT ${limit}`,
    )
    return rows.map(({ externalUserId, was, became, atMs }) => ({
      ...{ externalUserId, from: was ?? undefined, to: became ?? undefined, atMs },
    }))
  },
  arrivals,
  /** How many customers moved, each counted once. */
  movedInto: async (tx: ReadTx, { sinceMs, to }: { sinceMs: number; to?: string | undefined }): Promise<number> => {
    const people = select({ people: number(sql`COUNT(DISTINCT ${m.external_userid})`) })
    return (await tx.row(sql`SELECT ${people} FROM ${m} WHERE ${among(sinceMs, to)}`))?.people ?? 0
  },
}

/** The customers who came into each group after `sinceMs`, each counted once in it. */
async function arrivals(tx: ReadTx, sinceMs: number): Promise<Map<string, number>> {
  const group = select({ name: m.to_name, people: number(sql`COUNT(DISTINCT ${m.external_userid})`) })
  const rows = await tx.rows(sql`SELECT ${group} FROM ${m} WHERE ${among(sinceMs, undefined)} GROUP BY ${m.to_name}`)
  return new Map(rows.flatMap(({ name, people }) => (name === null ? [] : [[name, people] as const])))
}

const among = (sinceMs: number, to: string | undefined): Sql =>
  every([sql`${m.moved_at} > ${sinceMs}`, ...(to === undefined ? [] : [sql`${m.to_name} = ${to}`])])

const pairText = ({ from, to }: Transition): string => `${from ?? ''}→${to ?? ''}`
