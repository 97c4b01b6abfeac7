import { all, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { DAY_MS } from '../../../core/kernel/shanghai.ts'
import type { ImportCounts } from '../../../records/orders/import-orders.ts'
import { SHOP_FILE } from '../shop-tables.ts'

/** A file that came into a shop's folder; instants are UTC milliseconds. */
export interface FileReport {
  shop: string
  name: string
  /** `refused`: it could not be read, or not to its end: `faults` says why. */
  state: 'reading' | 'done' | 'refused'
  /** Undefined before its first hundred orders. */
  counts: ImportCounts | undefined
  /** The first 200, `行:列 …`. */
  faults: string[]
  /** What it did not bring another file has brought since. */
  isMended: boolean
  foundAtMs: number
  endedAtMs: number | null
}

const f = SHOP_FILE
/** Who has not mended a file by then does not mean to. */
export const TOLD_FOR_MS = 3 * DAY_MS

/** The newest first; of one shop, or of all. */
export async function fileReports(tx: Tx, { shop, limit }: { shop?: string; limit: number }): Promise<FileReport[]> {
  const isOf = shop === undefined ? sql`1 = 1` : sql`${f.shop} = ${shop}`
  const rows = await tx.rows(sql`SELECT ${all(f)} FROM ${f} WHERE ${isOf} ORDER BY ${f.id} DESC LIMIT ${limit}`)
  return rows.map((row) => ({
    shop: row.shop,
    name: row.name,
    state: row.state,
    // What take-file.ts has written.
    counts: row.counts === null ? undefined : (JSON.parse(row.counts) as ImportCounts),
    faults: JSON.parse(row.faults ?? '[]') as string[],
    isMended: row.missing === '[]',
    foundAtMs: row.found_at,
    endedAtMs: row.ended_at,
  }))
}

/** What became of it, Chinese; without its faults. */
export function fileText({ state, counts, faults }: Pick<FileReport, 'state' | 'counts' | 'faults'>): string {
  if (state === 'refused') return counts === undefined ? '读不了' : brokenOff(counts)
  const { rows = 0, stored = 0, corrected = 0, unchanged = 0, faults: faulty = faults.length } = counts ?? {}
  const sums = `读了 ${rows} 行：新增 ${stored}，更正 ${corrected}，以前有的 ${unchanged}，有问题 ${faulty}`
  return state === 'done' ? sums : `正在读，${sums}`
}

const brokenOff = ({ rows, stored, corrected, unchanged }: ImportCounts): string =>
  `第 ${rows} 行以后坏了，前面 ${stored + corrected + unchanged} 单已导入`

/** What is wrong with it and what to do, Chinese; undefined: nothing. */
export function fileTrouble(
  report: Omit<FileReport, 'shop' | 'foundAtMs' | 'endedAtMs'>,
): { text: string; todo: string } | undefined {
  const { name, state, faults, counts, isMended } = report
  if (isMended || state === 'reading') return undefined
  if (state === 'refused') {
    return {
      text: `文件「${name}」${fileText(report)}：${faults[0] ?? ''}`,
      todo: '照上面说的改好，再放进文件夹；改规则的不用再放。导入过的不会重复',
    }
  }
  const faulty = counts?.faults ?? 0
  if (faulty === 0) return undefined
  return {
    text: `文件「${name}」有 ${faulty} 处没有导入：${faults.slice(0, 3).join('；')}`,
    todo: '改好这几行再放进文件夹，导入过的不会重复；全部的行看 npm run -s shops -- files',
  }
}
