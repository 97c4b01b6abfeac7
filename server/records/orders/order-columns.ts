import type { OrderStatus } from './order-body.ts'

/** What a column of the file may be called; compared without spaces, brackets' kind and case. */
const NAMES = {
  orderId: ['orderId', '订单号', '订单编号'],
  status: ['status', '状态', '订单状态'],
  externalUserId: ['externalUserId', '客户ID', '外部联系人ID'],
  unionId: ['unionId'],
  phone: ['phone', '手机号', '手机', '买家手机', '收货人手机'],
  totalFen: ['totalFen', '金额(分)', '订单金额(分)'],
  total: ['total', '金额', '金额(元)', '订单金额', '实付金额', '订单金额(元)', '实付金额(元)'],
  paidAt: ['paidAt', '付款时间', '支付时间'],
  source: ['source', '来源', '店铺'],
  sku: ['sku', '商品编码', '商品编号'],
  name: ['name', '商品名称', '商品'],
  quantity: ['quantity', '数量', '商品数量'],
  priceFen: ['priceFen', '单价(分)'],
  price: ['price', '单价', '单价(元)'],
  category: ['category', '品类', '类目'],
} as const
export type ColumnName = keyof typeof NAMES

/** Position of each column in the file. */
export type Columns = Partial<Record<ColumnName, number>>

const plain = (name: string): string => name.normalize('NFKC').replaceAll(/\s/g, '').toLowerCase()

const BY_NAME = new Map(
  (Object.entries(NAMES) as [ColumnName, readonly string[]][]).flatMap(([column, names]) =>
    names.map((name) => [plain(name), column] as const),
  ),
)

/** From the header row. `faults` in Chinese; columns that mean nothing to us are `ignored`. */
export function readHeader(header: string[]): { columns: Columns; ignored: string[]; faults: string[] } {
  const columns: Columns = {}
  const ignored: string[] = []
  const faults: string[] = []
  for (const [index, name] of header.entries()) {
    const column = BY_NAME.get(plain(name))
    if (column === undefined) {
      if (name.trim() !== '') ignored.push(name.trim())
    } else if (columns[column] === undefined) columns[column] = index
    else faults.push(`「${name.trim()}」这一列出现了两次`)
  }
  const needs = (present: boolean, what: string): void => {
    if (!present) faults.push(`缺少${what}`)
  }
  needs(columns.orderId !== undefined, '「订单号」列')
  needs(columns.status !== undefined, '「状态」列')
  needs(columns.total !== undefined || columns.totalFen !== undefined, '「金额」列（元）或「金额(分)」列')
  needs(
    columns.externalUserId !== undefined || columns.unionId !== undefined || columns.phone !== undefined,
    '「手机号」「unionId」「客户ID」中的任意一列',
  )
  return { columns, ignored, faults }
}

const STATUSES: Record<string, OrderStatus> = {
  created: 'created',
  已下单: 'created',
  待付款: 'created',
  未付款: 'created',
  paid: 'paid',
  已付款: 'paid',
  已支付: 'paid',
  待发货: 'paid',
  已发货: 'paid',
  已完成: 'paid',
  交易成功: 'paid',
  refunded: 'refunded',
  已退款: 'refunded',
  退款成功: 'refunded',
  closed: 'closed',
  已关闭: 'closed',
  已取消: 'closed',
  交易关闭: 'closed',
}

export const statusOf = (text: string): OrderStatus | undefined => STATUSES[text.trim().toLowerCase()]

/** `1,280.00`, `￥1280` → 128000; undefined for what is no amount of yuan. */
export function fenOfYuan(text: string): number | undefined {
  const match = /^[￥¥]?(\d{1,9})(?:\.(\d{1,2}))?元?$/.exec(text.normalize('NFKC').replaceAll(/[\s,]/g, ''))
  if (match === null) return undefined
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
}

/** `2026-11-22 10:00[:00]`, also with slashes or a T, in Shanghai; or with an offset of its own. UTC milliseconds. */
export function instantOfText(text: string): number | undefined {
  const local = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/.exec(text.trim())
  if (local === null) {
    const instantMs = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/.test(text.trim())
      ? Date.parse(text.trim())
      : Number.NaN
    return Number.isNaN(instantMs) ? undefined : instantMs
  }
  const [year, month, day, hour, minute, second] = local.slice(1).map((part) => Number(part ?? 0))
  const asUtc = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second)
  const back = new Date(asUtc)
  const isReal = back.getUTCMonth() + 1 === month && back.getUTCDate() === day && back.getUTCHours() === hour
  return isReal ? asUtc - 8 * 3_600_000 : undefined
}
