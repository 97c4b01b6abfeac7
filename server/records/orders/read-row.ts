import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { type NamedCustomer, namedCustomer } from '../customers/given-customer.ts'
import { phoneDigits } from '../customers/phone-hash.ts'
import type { CsvRecord } from './csv-records.ts'
import { goodsOf, type OrderItem, type OrderMessage, type OrderStatus } from './order-body.ts'
import type { ColumnName, Columns } from './order-columns.ts'
import { type OrderOrigin, originOf } from './order-origin.ts'
import { cellText, fenOfYuan, instantOfText, statusOf } from './order-words.ts'

/** What all rows of a file have in common. */
export interface Sheet {
  columns: Columns
  /** Cells of the header, without the empty ones at its end, under which there is nothing either. */
  named: number
  /** Cells of the header or of most rows, whichever are more: empty ones at the end of a row are Excel's up to here. */
  widest: number
  nowMs: number
  tells: OrderMessage['tells']
}

/** What a row cannot be read for, in Chinese, without its values; and in which of its cells it is, from 0, where it is in one. */
export class Unreadable extends Error {
  readonly cell: number | undefined

  constructor(message: string, cell?: number) {
    super(message)
    this.cell = cell
  }
}

/** One row, cell by cell; undefined: the cell is empty. */
export interface OrderRow {
  line: number
  orderId: string
  isSubOrder: boolean
  /** False for what merged cells leave of a row: its goods. */
  hasNumber: boolean
  status: OrderStatus | undefined
  isAllBack: boolean
  totalFen: number | undefined
  dueFen: number | undefined
  refundFen: number | undefined
  orderRefundFen: number | undefined
  itemRefundFen: number | undefined
  customer: NamedCustomer
  createdAtMs: number | undefined
  paidAtMs: number | undefined
  endedAtMs: number | undefined
  source: string | undefined
  origin: OrderOrigin | undefined
  item: OrderItem | undefined
  /** There is a line of goods that are none: a discount, a count of nothing. */
  hasNoGoods: boolean
}

const LONGEST = { orderId: 100, externalUserId: 64, unionId: 64, source: 60 } as const

const cellOf = ({ fields }: CsvRecord, { columns }: Pick<Sheet, 'columns'>, name: ColumnName): string =>
  (columns[name] ?? []).map((index) => cellText(fields[index])).find((text) => text !== '') ?? ''

const BUYER = ['externalUserId', 'unionId', 'phone'] as const

/** Where a column's cell stands, the filled one first. */
function placeOf({ fields }: CsvRecord, { columns }: Pick<Sheet, 'columns'>, name: ColumnName): number | undefined {
  const places = columns[name] ?? []
  return places.find((index) => cellText(fields[index]) !== '') ?? places[0]
}

export const orderIdOf = (record: CsvRecord, sheet: Pick<Sheet, 'columns'>): string => cellOf(record, sheet, 'orderId')

/** It tells where an order stands, what it is worth and whose it is: whoever wrote it forgot the number. */
export const isOrderWithoutNumber = (record: CsvRecord, sheet: Pick<Sheet, 'columns'>): boolean =>
  statusOf(cellOf(record, sheet, 'status')) !== undefined &&
  (['total', 'totalFen'] as const).some((name) => cellOf(record, sheet, name) !== '') &&
  (BUYER.some((name) => cellOf(record, sheet, name) !== '') || BUYER.every((name) => sheet.columns[name] === undefined))

/** As Excel writes a long one that nobody told it to leave alone. */
export const isSpoiltNumber = (orderId: string): boolean => /^\d(\.\d+)?E\+\d+$/i.test(orderId)

/** Throws Unreadable. */
export function readRow(record: CsvRecord, sheet: Sheet): OrderRow {
  needWidth(record, sheet)
  const get = (name: ColumnName): string => cellOf(record, sheet, name)
  const at = (name: ColumnName): number | undefined => placeOf(record, sheet, name)
  for (const [name, most] of Object.entries(LONGEST)) {
    if (get(name as ColumnName).length > most)
      throw new Unreadable(`有一格超过 ${most} 个字，多半错了列`, at(name as ColumnName))
  }
  if (isSpoiltNumber(get('orderId')))
    throw new Unreadable('订单号被 Excel 变成了科学计数法，请把该列设为文本', at('orderId'))
  const status = statusOf(get('status'))
  if (get('status') !== '' && status === undefined)
    throw new Unreadable('状态看不懂，可写：待付款、已付款、已退款、已关闭', at('status'))
  const { item, hasNoGoods } = readItem(record, sheet, { get, at })
  const instant = (name: 'createdAt' | 'paidAt' | 'endedAt', zh: string): number | undefined =>
    readInstant(get(name), { zh, nowMs: sheet.nowMs, cell: at(name) })
  return {
    line: record.line,
    orderId: get('orderId'),
    isSubOrder: sheet.columns.subOrderId !== undefined,
    hasNumber: get('orderId') !== '',
    status,
    isAllBack: get('afterSale') === '退款成功',
    totalFen: amount('金额', { yuan: get('total'), fen: get('totalFen'), cell: at('total') ?? at('totalFen') }),
    dueFen: amount('应付金额', { yuan: get('due'), fen: '', cell: at('due') }),
    refundFen: refund(get('refund'), at('refund')),
    orderRefundFen: refund(get('orderRefund'), at('orderRefund')),
    itemRefundFen: refund(get('itemRefund'), at('itemRefund')),
    customer: namedCustomer({
      externalUserId: get('externalUserId'),
      unionId: get('unionId'),
      phone: phoneDigits(get('phone')) ?? get('phone'),
    }),
    createdAtMs: instant('createdAt', '下单时间'),
    paidAtMs: instant('paidAt', '付款时间'),
    endedAtMs: instant('endedAt', '完成时间'),
    source: get('source') || undefined,
    origin: originOf({
      store: get('store'),
      staff: get('staff'),
      scene: get('scene'),
      campaign: get('campaign'),
    }),
    item,
    hasNoGoods,
  }
}

/** A comma inside a name moves everything behind it by a column, and each cell by itself may still be readable. */
function needWidth({ fields }: CsvRecord, { named, widest }: Sheet): void {
  const more = fields.slice(named).filter((cell) => cellText(cell) !== '').length || Math.max(0, fields.length - widest)
  if (more > 0) throw new Unreadable(`多出 ${more} 列，多半是商品名里有逗号，请给这一格加上英文引号`, fields.length - 1)
  if (fields.length < named)
    throw new Unreadable(`少了 ${named - fields.length} 列，多半是前面某一格里换了行`, fields.length - 1)
}

function readInstant(
  text: string,
  { zh, nowMs, cell }: { zh: string; nowMs: number; cell: number | undefined },
): number | undefined {
  if (text === '') return undefined
  const instantMs = instantOfText(text)
  if (instantMs === undefined) throw new Unreadable(`${zh}看不懂，请写成 2026-11-22 10:00:00`, cell)
  // Clocks differ; a day is no clock any more.
  if (instantMs > nowMs + DAY_MS) throw new Unreadable(`${zh}在将来，请检查年份`, cell)
  if (instantMs < Date.UTC(2000, 0)) throw new Unreadable(`${zh}早于 2000 年，请检查年份`, cell)
  return instantMs
}

function readItem(
  { fields }: CsvRecord,
  { columns }: Sheet,
  { get, at }: { get: (name: ColumnName) => string; at: (name: ColumnName) => number | undefined },
): { item: OrderItem | undefined; hasNoGoods: boolean } {
  // A name keeps what joins its emoji; only its cell marks go.
  const written = (columns.name ?? []).map((index) => fields[index]?.trim() ?? '').find((text) => cellText(text) !== '')
  const name = (written ?? get('sku')).slice(0, 500)
  if (name === '') return { item: undefined, hasNoGoods: false }
  const quantity = get('quantity') === '' ? 1 : Number(get('quantity'))
  if (Number.isNaN(quantity)) throw new Unreadable('数量要写成数字', at('quantity'))
  const price = { yuan: get('price'), fen: get('priceFen'), cell: at('price') ?? at('priceFen'), mayBeLess: true }
  const priceFen = amount('单价', price) ?? 0
  const item = goodsOf({
    sku: get('sku').slice(0, 100),
    name,
    quantity,
    priceFen,
    category: get('category').slice(0, 60),
  })
  return { item, hasNoGoods: item === undefined }
}

function amount(
  what: string,
  { yuan, fen, cell, mayBeLess = false }: { yuan: string; fen: string; cell: number | undefined; mayBeLess?: boolean },
): number | undefined {
  if (yuan === '' && fen === '') return undefined
  if (fen !== '') {
    if (/^\d{1,12}$/.test(fen)) return Number(fen)
    throw new Unreadable(`${what}(分)要写成整数`, cell)
  }
  const value = fenOfYuan(yuan)
  if (value === undefined || (value < 0 && !mayBeLess)) throw new Unreadable(`${what}看不懂，请写成 128.00`, cell)
  return value
}

/** Words in it (无退款申请) say that nothing came back; some write what did with a minus. */
function refund(text: string, cell: number | undefined): number | undefined {
  const fen = fenOfYuan(text)
  if (fen === undefined && /\d/.test(text.normalize('NFKC')))
    throw new Unreadable('退款金额看不懂，请写成 128.00', cell)
  return fen === undefined || fen === 0 ? undefined : Math.abs(fen)
}
