import type { SeededRandom } from '../../sandbox/random.ts'
import { cellText } from '../../server/records/orders/order-words.ts'
import { applyEdits, type Edit } from './edit-text.ts'

/** An order as it truly is, before anything happens to the rows that tell it. */
export interface TrueOrder {
  id: string
  status: string
  /** Of each kind of number another last digit: which column a stored one is from can be seen. */
  totalFen: number
  refundFen: number
  phone: string
  paidAt: string
  items: { name: string; quantity: number; priceFen: number }[]
  /** Whether all rows carry the number, or only the first. */
  isMerged: boolean
}

/** What happens to the cells of one row. `row`: counted through the file, round and round. */
export type RowChange =
  | { do: 'insert' | 'blank' | 'cut'; row: number; cell: number }
  | { do: 'put'; row: number; cell: number; text: string }
  | { do: 'drop' | 'double' | 'empty-line'; row: number }
  | { do: 'move'; row: number; to: number }
  | { do: 'join'; row: number }

export interface OddFile {
  /** Which names the columns have, and in which order. */
  columns: string[]
  orders: TrueOrder[]
  changes: RowChange[]
  /** Letter by letter, after all. */
  edits: Edit[]
  separator: ',' | '\t' | ';'
  lineEnd: '\n' | '\r\n'
  /** Empty cells behind the last column of every row, as Excel leaves them. */
  trailing: number
}

/** What a column tells, by its name. */
const CELLS: Record<string, (order: TrueOrder, item: TrueOrder['items'][number]) => string> = {
  订单号: ({ id }) => id,
  订单编号: ({ id }) => id,
  状态: ({ status }) => status,
  订单状态: ({ status }) => status,
  '金额(元)': ({ totalFen }) => yuan(totalFen),
  实付金额: ({ totalFen }) => yuan(totalFen),
  '金额(分)': ({ totalFen }) => String(totalFen),
  手机号: ({ phone }) => phone,
  收货人手机: ({ phone }) => phone,
  付款时间: ({ paidAt }) => paidAt,
  订单付款时间: ({ paidAt }) => paidAt,
  商品名称: (_order, { name }) => name,
  数量: (_order, { quantity }) => String(quantity),
  单价: (_order, { priceFen }) => yuan(priceFen),
  退款金额: ({ refundFen }) => yuan(refundFen),
  备注: () => '不用',
}
const yuan = (fen: number): string => (fen / 100).toFixed(2)
const ONE_OF = [
  ['订单号', '订单编号'],
  ['状态', '订单状态'],
  ['金额(元)', '实付金额', '金额(分)'],
  ['手机号', '收货人手机'],
  ['付款时间', '订单付款时间'],
]
const MAY_BE = ['商品名称', '数量', '单价', '退款金额', '备注']
/** Told once an order, where cells are merged. */
const OF_ORDER = new Set(ONE_OF.flat().concat('退款金额'))

const ODD_CELLS = [
  '',
  ' ',
  '-',
  '看不懂',
  '1e5',
  '0',
  '-1',
  '13800001111',
  '128.00',
  '已付款',
  '2026-11-20',
  '"',
  "'1",
  '\u202d',
  '9'.repeat(300),
]
export const FILE_WORDS = ['"', '""', ',', '\n', '\r', '\t', ';', '\0', '\ufeff', '，', '=', '138****1111', '\u{20000}']

export function drawFile(random: SeededRandom): OddFile {
  const columns = ONE_OF.map((names) => random.pick(names)).concat(MAY_BE.filter(() => random.int(3) > 0))
  const orders = Array.from({ length: 1 + random.int(4) }, (_, n): TrueOrder => {
    const totalFen = 10_000 + 100 * random.int(900) + 11
    const status = random.pick(['已付款', '已付款', '已付款', '待付款', '已退款', '已关闭'])
    return {
      id: `N${n}X${random.int(1_000)}`,
      status,
      totalFen,
      refundFen:
        columns.includes('退款金额') && status === '已付款' && random.int(4) === 0
          ? 1_000 + 100 * random.int(50) + 33
          : 0,
      phone: `1380000${1_000 + n}`,
      paidAt: `2026-11-${10 + random.int(10)} 10:0${random.int(10)}:00`,
      items: Array.from({ length: 1 + random.int(3) }, (_one, at) => ({
        name: `物${n}${at}`,
        quantity: 1 + random.int(5),
        priceFen: 500 + 100 * random.int(50) + 22,
      })),
      isMerged: random.int(3) === 0,
    }
  })
  const rows = orders.reduce((sum, { items }) => sum + items.length, 0)
  return {
    columns: random.shuffle(columns),
    orders,
    changes: Array.from({ length: random.int(3) }, () => drawChange(random, rows, columns.length)),
    edits: [],
    separator: random.pick([',', ',', '\t', ';']),
    lineEnd: random.pick(['\n', '\r\n']),
    trailing: random.int(4) === 0 ? 1 + random.int(3) : 0,
  }
}

function drawChange(random: SeededRandom, rows: number, cells: number): RowChange {
  const row = random.int(rows)
  const cell = random.int(cells)
  switch (random.int(9)) {
    case 0:
    case 1:
      return { do: 'insert', row, cell }
    case 2:
      return { do: 'cut', row, cell }
    case 3:
      return { do: 'blank', row, cell }
    case 4:
      return { do: 'put', row, cell, text: random.pick(ODD_CELLS) }
    case 5:
      return { do: random.pick(['drop', 'double', 'empty-line'] as const), row }
    case 6:
      return { do: 'move', row, to: random.int(rows) }
    case 7:
      return { do: 'join', row }
    default:
      return { do: 'put', row, cell, text: random.text(1 + random.int(5)) }
  }
}

interface Row {
  cells: string[]
  of: string
  /** A cell of it was taken out: what stood behind it moved up. */
  isCut?: boolean
  /** One was put in. */
  isGrown?: boolean
}

/** The file's text, the orders to whose rows nothing happened, and whether a row's cells have moved without changing their
 *  number: nobody can tell it from one that is true. */
export function fileOf({ columns, orders, changes, edits, separator, lineEnd, trailing }: OddFile): {
  text: string
  untouched: Set<string>
  isAmbiguous: boolean
} {
  const rows: Row[] = orders.flatMap((order) =>
    order.items.map((item, at) => ({
      of: order.id,
      cells: columns.map((name) =>
        order.isMerged && at > 0 && OF_ORDER.has(name) ? '' : (CELLS[name]?.(order, item) ?? ''),
      ),
    })),
  )
  const touched = new Set<string>()
  for (const change of changes) changeRows(rows, change, touched)
  const more = Array.from({ length: trailing }, () => '')
  const lines = [{ cells: columns, of: '' }, ...rows].map(({ cells }) => [...cells, ...more].join(separator))
  return {
    text: applyEdits(lines.join(lineEnd), edits),
    untouched: new Set(orders.map(({ id }) => id).filter((id) => !touched.has(id))),
    isAmbiguous: looksWhole(rows, columns.length, trailing),
  }
}

/** A row too short is filled up again, or those with an empty cell too many are more than those without. */
function looksWhole(rows: readonly Row[], width: number, trailing: number): boolean {
  const isFilled = rows.some(({ isCut, cells }) => isCut === true && cells.length + trailing >= width)
  const grown = rows.filter(
    ({ isGrown, cells }) => isGrown === true && cells.slice(width).every((cell) => cellText(cell) === ''),
  )
  return isFilled || grown.length > rows.filter(({ cells }) => cells.length === width).length
}

function changeRows(rows: Row[], change: RowChange, touched: Set<string>): void {
  const at = rows.length === 0 ? 0 : change.row % rows.length
  const row = rows[at]
  if (row === undefined) return
  // What merged cells leave belongs to whatever stands above.
  const near = [rows[at - 1]?.of, row.of, rows[at + 1]?.of]
  for (const of of near) if (of !== undefined) touched.add(of)
  switch (change.do) {
    case 'insert':
      row.cells.splice(change.cell, 0, '多')
      row.isGrown = true
      return
    case 'cut':
      row.cells.splice(change.cell, 1)
      row.isCut = true
      return
    case 'blank':
      row.cells[change.cell] = ''
      return
    case 'put':
      row.cells[change.cell] = change.text
      return
    case 'drop':
      rows.splice(at, 1)
      return
    case 'double':
      rows.splice(at, 0, { ...row, cells: [...row.cells] })
      return
    case 'empty-line':
      rows.splice(at, 0, { of: '', cells: [''] })
      return
    case 'move': {
      rows.splice(at, 1)
      const to = change.to % (rows.length + 1)
      for (const of of [rows[to - 1]?.of, rows[to]?.of]) if (of !== undefined) touched.add(of)
      rows.splice(to, 0, row)
      return
    }
    case 'join': {
      const next = rows[at + 1]
      if (next === undefined) return
      rows.splice(at, 2, { ...row, cells: [...row.cells, ...next.cells] })
      const after = rows[at + 1]
      if (after !== undefined) touched.add(after.of)
    }
  }
}
