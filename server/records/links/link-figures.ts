import { count, list, number, select, sql, words } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { LINK_CLICK as k } from './link-tables.ts'
import type { Through } from './link-ways.ts'

/** How a link was opened by way of one message. */
export interface LinkFigure {
  link: string
  /** Undefined: by a customer's own address, or by one that stands in no message of a day, as a group's welcome has it. */
  through: Through | undefined
  /** Customers of whom we know that it was they. */
  people: number
  /** By them; of one person and link once a minute and at most ten times a day. */
  known: number
  /** By persons of whom we do not know who they are; by one address once a minute, by a customer's own once an hour. */
  unknown: number
  /** Looks of machines, by one address once an hour; they are nobody. */
  machines: number
}

const SUMS = {
  people: number(sql`COUNT(DISTINCT ${k.external_userid})`),
  known: number(sql`COUNT(${k.external_userid})`),
  machines: number(sql`SUM(${k.by_machine})`),
  all: count(),
}

/** Since then, UTC milliseconds; in no order. Only clicks that are kept. Reads only. */
export async function linkFigures(tx: ReadTx, sinceMs: number): Promise<LinkFigure[]> {
  const rows = await tx.rows(
    sql`SELECT ${select({ link: k.link, through: words<Through | null>(sql`${k.through}`), ...SUMS })} FROM ${k}
        WHERE ${k.at} >= ${sinceMs} GROUP BY ${k.link}, ${k.through}`,
  )
  return rows.map(toFigure)
}

/** The same by way of these messages, ever. */
export async function linkFiguresOf(tx: ReadTx, through: readonly Through[]): Promise<LinkFigure[]> {
  if (through.length === 0) return []
  const rows = await tx.rows(
    sql`SELECT ${select({ link: k.link, through: words<Through | null>(sql`${k.through}`), ...SUMS })} FROM ${k}
        WHERE ${k.through} IN ${list(through)} GROUP BY ${k.link}, ${k.through}`,
  )
  return rows.map(toFigure)
}

/** Customers who opened a link by way of any of these, each once; undefined: by no message that we can tell. Since then, UTC
 *  milliseconds. Reads only. */
export async function countPeople(
  tx: ReadTx,
  asked: { link: string; through: readonly (Through | undefined)[]; sinceMs: number },
): Promise<number> {
  const named = asked.through.filter((one) => one !== undefined)
  const isNamed = sql`${k.through} IN ${list(named)}`
  const isThrough = named.length === asked.through.length ? isNamed : sql`(${isNamed} OR ${k.through} IS NULL)`
  const row = await tx.row(
    sql`SELECT ${select({ people: SUMS.people })} FROM ${k}
        WHERE ${k.at} >= ${asked.sinceMs} AND ${k.link} = ${asked.link} AND ${isThrough}`,
  )
  return row?.people ?? 0
}

const toFigure = ({
  all,
  through,
  ...figure
}: Omit<LinkFigure, 'unknown' | 'through'> & { all: number; through: Through | null }): LinkFigure => ({
  ...figure,
  through: through ?? undefined,
  unknown: all - figure.known - figure.machines,
})
