import type { Db } from '../server/core/db/db.ts'
import { readKeepDays } from '../server/upkeep/people/keep-days.ts'
import type { Report } from './report.ts'
import { type Filled, SHARE } from './year-fill.ts'

/** They grow with what happens; all others with the customers. */
const PASTS = ['inbound_event', 'action', 'timeline', 'sop_entry', 'sop_step']
/** Columns that are emptied once contents are no longer kept. */
const CONTENTS: Record<string, string> = {
  inbound_event: 'LENGTH(payload)',
  action: 'LENGTH(payload) + COALESCE(LENGTH(result), 0)',
}
const SAMPLED = 100_000
const GIGABYTE = 1024 ** 3

interface Size {
  name: string
  rows: number
  bytes: number
}

/** What the tables take on disk, with their indexes; for each customer; and after a whole year. */
export async function measureSize(db: Db, { customers }: Filled, report: Report): Promise<void> {
  const sizes = await sizesOf(db)
  const sum = (some: Size[]): number => some.reduce((bytes, one) => bytes + one.bytes, 0)
  const pasts = sizes.filter(({ name }) => PASTS.includes(name))
  const others = sizes.filter(({ name }) => !PASTS.includes(name))
  const aYear = sum(others) + sum(pasts) / SHARE
  const days = readKeepDays({})
  const emptied = await contentsOf(db, pasts, 1 - days.callback / 365)
  report.add('size mariadb', {
    figure: `${gb(sum(sizes))} of ${customers} customers with ${SHARE * 100} % of a year's past: ${kb(sum(sizes) / customers)} each`,
    note: `a year, extrapolated: what the customers have (${gb(sum(others))}) as it is, the tables of the past ×${1 / SHARE}: ${gb(aYear)}, ${kb(aYear / customers)} each; contents older than ${days.callback} days emptied: ${gb(aYear - emptied)}, ${kb((aYear - emptied) / customers)} each. Rows were written in order: pages are fuller than after a year of use`,
    table: [
      '| table | rows | on disk | a row | in a year |',
      '| --- | --- | --- | --- | --- |',
      ...sizes
        .filter(({ bytes }) => bytes > sum(sizes) / 200)
        .map(({ name, rows, bytes }) => {
          const grown = PASTS.includes(name) ? bytes / SHARE : bytes
          return `| ${name} | ${rows} | ${gb(bytes)} | ${Math.round(bytes / Math.max(1, rows))} B | ${gb(grown)} |`
        }),
    ],
  })
}

/** As it is now: what the database remembers of its tables is as old as its last look at them, and counts by a sample. */
async function sizesOf(db: Db): Promise<Size[]> {
  const tables = (await db.source.query(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'bench\\_%'`,
  )) as { name: string }[]
  const sizes: Size[] = []
  for (const { name } of tables) {
    await db.source.query(`ANALYZE TABLE ${name}`)
    const [size] = (await db.source.query(
      `SELECT data_length + index_length AS bytes, (SELECT COUNT(*) FROM ${name}) AS many
       FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?`,
      [name],
    )) as { bytes: string; many: string }[]
    sizes.push({ name, rows: Number(size?.many), bytes: Number(size?.bytes) })
  }
  return sizes.sort((one, other) => other.bytes - one.bytes)
}

/** Bytes of a year's contents of which this share is emptied, from the last rows' average. */
async function contentsOf(db: Db, pasts: Size[], share: number): Promise<number> {
  let bytes = 0
  for (const { name, rows } of pasts) {
    const length = CONTENTS[name]
    if (length === undefined) continue
    const [row] = (await db.source.query(
      `SELECT AVG(${length}) AS content FROM (SELECT * FROM ${name} ORDER BY id DESC LIMIT ${SAMPLED}) some`,
    )) as { content: string }[]
    bytes += (Number(row?.content ?? 0) * rows * share) / SHARE
  }
  return bytes
}

const gb = (bytes: number): string => `${(bytes / GIGABYTE).toFixed(2)} GB`
const kb = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`
