import { AppError } from '../../core/kernel/app-error.ts'
import type { CsvRecord } from './csv-records.ts'
import { type OrderMessage, parseOrder } from './order-body.ts'
import { type ColumnName, type Columns, fenOfYuan, instantOfText, statusOf } from './order-columns.ts'

export interface RowFault {
  line: number
  /** Chinese, without the values of the row. */
  message: string
}

export type RowsOutcome = { kind: 'order'; order: OrderMessage; lines: number } | ({ kind: 'fault' } & RowFault)

interface Draft {
  line: number
  lines: number
  body: Record<string, unknown> & { orderId: string; status: string; items: unknown[] }
}

const DEFAULT_SOURCE = '文件导入'
const MAX_ITEMS = 500

/** Excel's ways of keeping a number text: '138… and ="138…". */
const cell = (text: string | undefined): string =>
  (text ?? '')
    .trim()
    .replace(/^="(.*)"$/, '$1')
    .replace(/^'/, '')
    .trim()

class Unreadable extends Error {}

const REST_OF_BROKEN = '同一订单的其他行有问题，整单没有导入'

/** Turns rows into orders. Rows of one order and status that stand together are its items. A row that cannot be read is a
 *  fault and takes its own order along, so that no order comes in by halves; other orders are not touched. */
export async function* orderRows(records: AsyncIterable<CsvRecord>, columns: Columns): AsyncGenerator<RowsOutcome> {
  let draft: Draft | undefined
  let broken: string | undefined
  for await (const record of records) {
    const row = tryRow(record, columns)
    const orderId = row.kind === 'draft' ? row.draft.body.orderId : row.orderId
    if (draft !== undefined && draft.body.orderId !== orderId) {
      yield finished(draft)
      draft = undefined
    }
    if (row.kind === 'fault') {
      yield { kind: 'fault', line: record.line, message: row.message }
      if (draft !== undefined) yield { kind: 'fault', line: draft.line, message: REST_OF_BROKEN }
      draft = undefined
      broken = orderId
    } else if (broken === orderId && orderId !== '') {
      yield { kind: 'fault', line: record.line, message: REST_OF_BROKEN }
    } else {
      broken = undefined
      const isItem = draft?.body.status === row.draft.body.status && draft.body.items.length < MAX_ITEMS
      if (draft !== undefined && isItem) {
        draft.lines += 1
        draft.body.items.push(...row.draft.body.items)
      } else {
        if (draft !== undefined) yield finished(draft)
        draft = row.draft
      }
    }
  }
  if (draft !== undefined) yield finished(draft)
}

type Row = { kind: 'draft'; draft: Draft } | { kind: 'fault'; orderId: string; message: string }

function tryRow(record: CsvRecord, columns: Columns): Row {
  try {
    return { kind: 'draft', draft: readRow(record, columns) }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    const orderId = columns.orderId === undefined ? '' : cell(record.fields[columns.orderId])
    return { kind: 'fault', orderId, message: error.message }
  }
}

function finished({ line, lines, body }: Draft): RowsOutcome {
  try {
    return { kind: 'order', order: parseOrder(body), lines }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { kind: 'fault', line, message: `有内容不符合要求：${error.message.replace('order not accepted: ', '')}` }
  }
}

function readRow({ line, fields }: CsvRecord, columns: Columns): Draft {
  const get = (name: ColumnName): string => {
    const index = columns[name]
    return index === undefined ? '' : cell(fields[index])
  }
  const status = statusOf(get('status'))
  if (get('orderId') === '') throw new Unreadable('没有订单号')
  if (/^\d(\.\d+)?E\+\d+$/i.test(get('orderId')))
    throw new Unreadable('订单号被 Excel 变成了科学计数法，请把该列设为文本')
  if (status === undefined) throw new Unreadable('状态看不懂，可写：待付款、已付款、已退款、已关闭')
  if (/E\+/i.test(get('phone'))) throw new Unreadable('手机号被 Excel 变成了科学计数法，请把该列设为文本')
  const customer = {
    ...(get('externalUserId') === '' ? {} : { externalUserId: get('externalUserId') }),
    ...(get('unionId') === '' ? {} : { unionId: get('unionId') }),
    ...(get('phone') === '' ? {} : { phone: get('phone') }),
  }
  const paidAt = get('paidAt')
  const paidAtMs = paidAt === '' ? undefined : instantOfText(paidAt)
  if (paidAt !== '' && paidAtMs === undefined) throw new Unreadable('付款时间看不懂，请写成 2026-11-22 10:00:00')
  return {
    line,
    lines: 1,
    body: {
      orderId: get('orderId'),
      status,
      customer,
      totalFen: amount('金额', get('total'), get('totalFen')),
      ...(paidAtMs === undefined ? {} : { paidAt: paidAtMs }),
      items: readItem(get),
      source: get('source') === '' ? DEFAULT_SOURCE : get('source'),
    },
  }
}

function readItem(get: (name: ColumnName) => string): unknown[] {
  if (get('name') === '' && get('sku') === '') return []
  const quantity = get('quantity') === '' ? 1 : Number(get('quantity'))
  if (!Number.isInteger(quantity) || quantity < 1) throw new Unreadable('数量要写成正整数')
  const hasPrice = get('price') !== '' || get('priceFen') !== ''
  return [
    {
      sku: get('sku') === '' ? get('name') : get('sku'),
      name: get('name') === '' ? get('sku') : get('name'),
      quantity,
      priceFen: hasPrice ? amount('单价', get('price'), get('priceFen')) : 0,
      ...(get('category') === '' ? {} : { category: get('category') }),
    },
  ]
}

function amount(what: string, yuan: string, fen: string): number {
  if (fen !== '') {
    if (/^\d{1,12}$/.test(fen)) return Number(fen)
    throw new Unreadable(`${what}(分)要写成整数`)
  }
  const value = fenOfYuan(yuan)
  if (value === undefined) throw new Unreadable(`${what}看不懂，请写成 128.00`)
  return value
}
