import { assembleOrder, type RowsOutcome } from './assemble-order.ts'
import type { CsvRecord } from './csv-records.ts'
import { isOrderWithoutNumber, orderIdOf, type Sheet } from './read-row.ts'

/** Which orders of the file one reading of it gives. */
export interface Reading {
  /** `now`: once its rows are over; `end`: its rows do not stand together, so at the end; `other`: by another reading. */
  when(orderId: string): 'now' | 'end' | 'other'
  /** Is it the one that tells of rows without any order? */
  tellsFaults: boolean
}

/** Turns rows into orders: rows of one order that stand together, and under a number the rows without one, as merged cells
 *  leave them: they are read as the order's own, however spoilt. A row that cannot be read is a fault
 *  and takes its own order along, so that no order comes in by halves; other orders are not touched. */
export async function* orderRows(
  records: AsyncIterable<CsvRecord>,
  sheet: Sheet,
  { when, tellsFaults }: Reading,
): AsyncGenerator<RowsOutcome> {
  const late = new Map<string, CsvRecord[]>()
  let orderId: string | undefined
  /** Of the order at hand. */
  let rows: CsvRecord[] = []
  let isNow = false
  function begin(own: string | undefined): void {
    const turn = own === undefined ? 'other' : when(own)
    orderId = own
    isNow = turn === 'now'
    rows = []
    if (turn !== 'end' || own === undefined) return
    rows = late.get(own) ?? rows
    late.set(own, rows)
  }
  for await (const record of records) {
    const own = orderIdOf(record, sheet)
    const isMore = own === orderId || (own === '' && orderId !== undefined && !isOrderWithoutNumber(record, sheet))
    if (!isMore) {
      if (isNow) yield* assembleOrder(rows, sheet)
      begin(own === '' ? undefined : own)
      if (own === '') {
        if (tellsFaults) yield { kind: 'fault', line: record.line, message: '没有订单号' }
        continue
      }
    }
    // What another reading gives may be as long as the file.
    if (isNow || late.has(own === '' ? (orderId ?? '') : own)) rows.push(record)
  }
  if (isNow) yield* assembleOrder(rows, sheet)
  for (const kept of late.values()) yield* assembleOrder(kept, sheet)
}
