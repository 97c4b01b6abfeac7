import { AppError } from '../../core/kernel/app-error.ts'
import { guessColumns } from './column-guess.ts'
import { type ColumnMap, mustHave, notIn } from './column-map.ts'
import type { CsvForm, CsvRecord } from './csv-records.ts'
import { csvRecords } from './csv-records.ts'
import { columnZh, type ReadHeader, readHeader } from './order-columns.ts'
import { ORIGIN_PARTS, type OriginPart } from './order-origin.ts'
import { cellText } from './order-words.ts'
import { isOrderWithoutNumber, orderIdOf, type Sheet } from './read-row.ts'
import { findScattered, type ScatteredOrders } from './scattered-orders.ts'

/** What a file of orders is like. */
export interface LookedThrough {
  sheet: Sheet
  scattered: ScatteredOrders
  /** Columns that mean nothing to us. */
  ignored: string[]
  /** Names of the columns that say from where an order came, by what they mean. */
  origin: { part: OriginPart; name: string }[]
  /** How many rows stand above the header. */
  above: number
  /** Of what platform it is, where its header gives it away. */
  form: string | undefined
}

/** A title and a remark may stand above the header. */
const HEADER_WITHIN = 10
/** Names that mean something, from which on a row is taken for the header. */
const ENOUGH_NAMES = 3

/** How many rows stand above the header; 0 also where none looks like one. */
function rowsAbove(head: readonly CsvRecord[], mapped: ColumnMap['columns'] | undefined): number {
  const at = head.findIndex(({ fields }) => Object.keys(readHeader(fields, mapped).columns).length >= ENOUGH_NAMES)
  return Math.max(0, at)
}

/** Whose word the names of columns are: a file of them that goes with this one, or a shop's rule, which goes with all that ever come
 *  into its folder. */
export type ColumnsBy = 'file' | 'rule'

const SAY_IT: Record<ColumnsBy, string> = {
  file: '把下面几行存成一个文件，用 --columns 文件名 再导入',
  rule: '把下面几行写进这家店的规则（config/shops），这个文件会再读一遍',
}

/** What the missing columns may be called in this file, and how to say so. */
function suggestions({ ignored, missing }: ReadHeader, by: ColumnsBy): string {
  const guessed = [...guessColumns(ignored, missing)]
  if (guessed.length === 0) return ''
  const like = guessed.map(([column, name]) => `「${name}」这一列像「${columnZh(column)}」`)
  const lines = guessed.map(([column, name]) => `  ${columnZh(column)}: ${JSON.stringify(name)}`)
  return `\n${like.join('；')}。对的话，${SAY_IT[by]}：\ncolumns:\n${lines.join('\n')}`
}

/** The header, and the orders whose rows do not stand together. Throws orders.bad-csv, orders.bad-columns, orders.not-text. */
export async function lookThrough(
  bytes: AsyncIterable<Uint8Array>,
  form: CsvForm,
  { nowMs, mapped, by }: { nowMs: number; mapped: ColumnMap['columns'] | undefined; by: ColumnsBy },
): Promise<LookedThrough> {
  const all = csvRecords(bytes, form)
  const head: CsvRecord[] = []
  while (head.length < HEADER_WITHIN) {
    const next = await all.next()
    if (next.done === true) break
    head.push(next.value)
  }
  const above = rowsAbove(head, mapped)
  const first = head[above]
  const header = first === undefined ? { ...readHeader([]), faults: ['文件是空的'] } : readHeader(first.fields, mapped)
  if (first !== undefined && mapped !== undefined && by === 'file') mustHave(mapped, first.fields)
  if (header.faults.length > 0) {
    throw new AppError('orders.bad-csv', 'the header row is not usable', {
      status: 400,
      zh: `表头不能用：${header.faults.join('；')}。${otherNames(mapped, first, by)}${suggestions(header, by)}`,
    })
  }
  async function* records(): AsyncGenerator<CsvRecord> {
    yield* head.slice(above + 1)
    yield* all
  }
  const names = first?.fields ?? []
  const named = names.findLastIndex((name) => cellText(name) !== '') + 1
  const widths = new Map<number, number>()
  const scattered = findScattered()
  let last = ''
  for await (const record of records()) {
    widths.set(record.fields.length, (widths.get(record.fields.length) ?? 0) + 1)
    const orderId = orderIdOf(record, header)
    // What stands behind a forgotten number does not stand together with what is before it.
    if (orderId === '' && isOrderWithoutNumber(record, header)) last = ''
    if (orderId === '' || orderId === last) continue
    scattered.begins(orderId)
    last = orderId
  }
  const usual = usualOf(widths)
  const sheet: Sheet = {
    columns: header.columns,
    named,
    widest: Math.max(names.length, usual),
    nowMs,
    tells: header.form?.tells,
  }
  const origin = ORIGIN_PARTS.flatMap((part) =>
    (header.columns[part] ?? []).map((index) => ({ part, name: cellText(names[index]) })),
  )
  return { sheet, scattered: scattered.found(), ignored: header.ignored, origin, above, form: header.form?.name }
}

/** A rule tells of other files, too; of one that cannot be read it may be a slip. */
function otherNames(mapped: ColumnMap['columns'] | undefined, header: CsvRecord | undefined, by: ColumnsBy): string {
  const names = by === 'rule' ? notIn(mapped ?? new Map(), header?.fields ?? []) : []
  return names.length === 0
    ? ''
    : `规则里 columns 写的${names.map(({ name }) => `「${name}」`).join('')}，这个文件里没有。`
}

/** What most rows have; of equals the narrowest. */
function usualOf(widths: ReadonlyMap<number, number>): number {
  const most = Math.max(0, ...widths.values())
  return Math.min(...[...widths].flatMap(([width, times]) => (times === most ? [width] : [])), Number.MAX_SAFE_INTEGER)
}
