import type { NamedCustomer } from '../customers/given-customer.ts'
import type { CsvRecord } from './csv-records.ts'
import type { OrderMessage, OrderStatus } from './order-body.ts'
import { type OrderOrigin, type OriginPart, originOf } from './order-origin.ts'
import { instantOfText } from './order-words.ts'
import { isSpoiltNumber, type OrderRow, orderIdOf, readRow, type Sheet, Unreadable } from './read-row.ts'

export interface RowFault {
  line: number
  /** From 1, as a spreadsheet counts; undefined: the row as a whole. */
  column?: number | undefined
  /** Chinese, without the values of the row. */
  message: string
  /** Which order is left out for it; undefined: nobody can say. */
  orderId?: string | undefined
}

export type RowsOutcome = { kind: 'order'; line: number; order: OrderMessage } | ({ kind: 'fault' } & RowFault)

const columnOf = ({ cell }: Unreadable): number | undefined => (cell === undefined ? undefined : cell + 1)
const REST_OF_BROKEN = '同一订单的其他行有问题，整单没有导入'
/** More rows than any order has: a number that is none. */
const MOST_ROWS = 5_000

/** The order that some rows make, as the shop would have told it, or what is wrong with which row. Rows of one order with
 *  different statuses are its history, one message each; with numbers of their own (子订单) they are its parts. */
export function* assembleOrder(records: readonly CsvRecord[], sheet: Sheet): Generator<RowsOutcome> {
  const [first] = records
  const number = first === undefined ? '' : orderIdOf(first, sheet)
  const orderId = number === '' || isSpoiltNumber(number) ? undefined : number
  if (first !== undefined && records.length > MOST_ROWS) {
    yield { kind: 'fault', line: first.line, message: `同一个订单号有 ${records.length} 行，请检查订单号`, orderId }
    return
  }
  const rows: OrderRow[] = []
  let isBroken = false
  for (const record of records) {
    try {
      rows.push(readRow(record, sheet))
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      isBroken = true
      yield { kind: 'fault', line: record.line, column: columnOf(error), message: error.message, orderId }
    }
  }
  const [row] = rows
  if (row === undefined) return
  if (isBroken) {
    yield { kind: 'fault', line: row.line, message: REST_OF_BROKEN, orderId }
    return
  }
  try {
    // Whose it is holds for its whole history: a step of it that names nobody would come in only once the others have.
    const customer = customerOf(rows)
    const parts = row.isSubOrder ? [rows] : byStatus(rows)
    for (const part of parts.slice(1)) mustBeOf(row, part)
    const orders = parts.map((part) => orderOf(part, { orderId: row.orderId, customer, tells: sheet.tells }))
    // So does of which shop it is, where one is named.
    const named = new Set(orders.flatMap(({ source }) => source ?? []))
    const [source] = named.size === 1 ? named : []
    for (const order of orders)
      yield { kind: 'order', line: row.line, order: { ...order, source: order.source ?? source } }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    yield { kind: 'fault', line: row.line, message: error.message, orderId }
  }
}

/** A row that says nothing of the status goes on with the one above. */
function byStatus(rows: readonly OrderRow[]): OrderRow[][] {
  const parts: OrderRow[][] = []
  let status: OrderStatus | undefined
  for (const row of rows) {
    const part = parts.at(-1)
    if (part !== undefined && (row.status === undefined || row.status === status)) part.push(row)
    else parts.push([row])
    status = row.status ?? status
  }
  return parts
}

/** A row of another status and another sum, without a number, is of another order: of which, nobody knows. */
function mustBeOf(order: OrderRow, [first]: readonly OrderRow[]): void {
  if (first === undefined || first.hasNumber || first.totalFen === undefined) return
  if (first.totalFen === order.totalFen) return
  throw new Unreadable(`第 ${first.line} 行没有订单号，状态和金额又和上面的订单不同，请补上订单号`)
}

type WholeFile = Pick<OrderMessage, 'orderId' | 'customer' | 'tells'>

function orderOf(rows: OrderRow[], { orderId, customer, tells }: WholeFile): OrderMessage {
  const [first] = rows
  if (first === undefined) throw new Unreadable('没有行')
  const money = first.isSubOrder ? moneyOfParts(rows) : moneyOf(rows)
  const earliest = (key: 'createdAtMs' | 'paidAtMs'): number | undefined => least(rows.map((row) => row[key]))
  const { status } = money
  const createdAtMs = earliest('createdAtMs')
  const paidAtMs = earliest('paidAtMs')
  const endedAtMs = most(rows.map((row) => row.endedAtMs))
  const told = { created: createdAtMs, paid: paidAtMs, refunded: endedAtMs, closed: endedAtMs }
  const supposedAtMs = paidAtMs ?? createdAtMs ?? dayInNumber(orderId)
  // Never «now»: it would begin today's journeys for an order of years ago.
  if (told[status] === undefined && supposedAtMs === undefined)
    throw new Unreadable(
      status === 'paid'
        ? '已付款的订单没有付款时间，请补上「付款时间」'
        : '没有下单时间，不知道是哪天的订单，请补上「下单时间」',
    )
  return {
    orderId,
    ...money,
    customer,
    paidAtMs,
    createdAtMs,
    atMs: told[status],
    supposedAtMs,
    refundId: undefined,
    whole: undefined,
    tells,
    items: rows.flatMap((row) => row.item ?? []),
    itemsLeftOut: rows.filter((row) => row.hasNoGoods).length,
    origin: originOfRows(rows),
    source: theSame(
      rows.map((row) => row.source),
      '同一单各行的来源不同，请检查',
    ),
  }
}

/** Each row may be of another campaign: the first that says one counts. */
function originOfRows(rows: readonly OrderRow[]): OrderOrigin | undefined {
  const first = (part: OriginPart): string | undefined => rows.flatMap(({ origin }) => origin?.[part] ?? [])[0]
  return originOf({ store: first('store'), staff: first('staff'), scene: first('scene'), campaign: first('campaign') })
}

/** 拼多多 writes the day before the dash, and leaves the time out of orders that were cancelled. UTC milliseconds. */
function dayInNumber(orderId: string): number | undefined {
  const day = /^(\d{2})(\d{2})(\d{2})-\d{15}$/.exec(orderId)
  return day === null ? undefined : instantOfText(`20${day[1]}-${day[2]}-${day[3]}`)
}

type Money = Pick<OrderMessage, 'status' | 'totalFen' | 'refundedFen'>

/** Each row tells of the whole order, or of its goods only. */
function moneyOf(rows: readonly OrderRow[]): Money {
  const status = rows[0]?.status
  if (status === undefined) throw new Unreadable('没有订单状态')
  const paid = theSame(
    rows.map((row) => row.totalFen),
    '同一单各行的金额不同：是每件的金额还是整单的？请都写整单的金额',
  )
  const due = theSame(
    rows.map((row) => row.dueFen),
    '同一单各行的应付金额不同，请都写整单的金额',
  )
  const totalFen = status === 'created' && (paid ?? 0) === 0 ? (due ?? paid) : paid
  if (totalFen === undefined) throw new Unreadable('没有金额，请写成 128.00')
  const ofOrder = theSame(
    rows.map((row) => row.orderRefundFen ?? row.refundFen),
    '同一单各行的退款金额不同：是每件的还是整单的？请都写整单的退款金额',
  )
  // Two columns that tell the same, of the order and of its goods: not twice.
  const back = Math.max(ofOrder ?? 0, sum(rows.map((row) => row.itemRefundFen)))
  const whole = rows.filter((row) => row.hasNumber)
  const isAllBack = whole.length > 0 && whole.every((row) => row.isAllBack)
  if (!isAllBack && back === 0 && rows.some((row) => row.isAllBack))
    throw new Unreadable('同一单有的行退款成功、有的没有，请补上「退款金额」写明退了多少')
  return withRefund(status, { totalFen, back, isAllBack, isPaid: wasPaid(rows) })
}

/** Each row is a part of the order with a status and an amount of its own. */
function moneyOfParts(rows: readonly OrderRow[]): Money {
  const parts = rows.map((row) => {
    if (row.status === undefined) throw new Unreadable('没有订单状态')
    const amount = row.status === 'created' && (row.totalFen ?? 0) === 0 ? (row.dueFen ?? row.totalFen) : row.totalFen
    if (amount === undefined) throw new Unreadable('没有金额，请写成 128.00')
    const { isAllBack } = row
    const back = Math.max(row.refundFen ?? 0, row.itemRefundFen ?? 0)
    return { amount, ...withRefund(row.status, { totalFen: amount, back, isAllBack, isPaid: wasPaid([row]) }) }
  })
  const statuses = new Set(parts.map((part) => part.status))
  const stands = (['paid', 'refunded', 'created', 'closed'] as const).find((status) => statuses.has(status)) ?? 'closed'
  const counts = parts.filter(({ status }) =>
    stands === 'paid' || stands === 'refunded' ? status === 'paid' || status === 'refunded' : true,
  )
  const totalFen = sum(counts.map((part) => part.amount))
  const ofParts = sum(counts.map((part) => (part.status === 'refunded' ? part.amount : part.refundedFen)))
  if (stands !== 'paid') return { status: stands, totalFen, refundedFen: undefined }
  const back = Math.max(ofParts, ...rows.map((row) => row.orderRefundFen ?? 0))
  return withRefund(stands, { totalFen, back, isAllBack: false, isPaid: true })
}

const wasPaid = (rows: readonly OrderRow[]): boolean => rows.some((row) => row.paidAtMs !== undefined)

/** An order that was paid and then closed has come back; one of which less came back than was paid stands with the rest. */
function withRefund(
  status: OrderStatus,
  { totalFen, back, isAllBack, isPaid }: { totalFen: number; back: number; isAllBack: boolean; isPaid: boolean },
): Money {
  if (status === 'created') return { status, totalFen, refundedFen: undefined }
  const isBack = status === 'refunded' || isAllBack || (status === 'closed' && (isPaid || back > 0))
  if (back > 0 && back < totalFen) return { status: 'paid', totalFen, refundedFen: back }
  if (isBack || back > 0) return { status: 'refunded', totalFen, refundedFen: undefined }
  return { status, totalFen, refundedFen: undefined }
}

function customerOf(rows: readonly OrderRow[]): NamedCustomer {
  const customer: NamedCustomer = {}
  for (const key of ['externalUserId', 'unionId', 'phone'] as const) {
    const name = theSame(
      rows.map((row) => row.customer[key]),
      '同一单各行的手机号或客户ID不同，请检查',
    )
    if (name !== undefined) customer[key] = name
  }
  return customer
}

function theSame<Value>(values: readonly (Value | undefined)[], otherwise: string): Value | undefined {
  const told = new Set(values.filter((value) => value !== undefined))
  if (told.size > 1) throw new Unreadable(otherwise)
  return [...told][0]
}

const known = (values: readonly (number | undefined)[]): number[] => values.flatMap((value) => value ?? [])
const sum = (values: readonly (number | undefined)[]): number => known(values).reduce((total, one) => total + one, 0)
const least = (values: readonly (number | undefined)[]): number | undefined =>
  known(values).length === 0 ? undefined : Math.min(...known(values))
const most = (values: readonly (number | undefined)[]): number | undefined =>
  known(values).length === 0 ? undefined : Math.max(...known(values))
