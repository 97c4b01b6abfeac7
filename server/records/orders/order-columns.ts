import { type FileForm, fileFormOf } from './file-forms.ts'
import { plainName } from './plain-name.ts'

/** What a column of the file may be called, the most telling first; compared without blanks, kinds of brackets and case.
 *  Beside our own names those of the exports of 淘宝, 京东, 抖店, 拼多多, 微信小店, 有赞, 微盟 and CRMEB. */
const NAMES = {
  orderId: ['orderId', '订单号', '订单编号', '主订单编号'],
  subOrderId: ['subOrderId', '子订单编号', '子订单号'],
  status: ['status', '状态', '订单状态'],
  afterSale: ['售后状态', '订单退款状态', '退款状态'],
  externalUserId: ['externalUserId', '客户ID', '外部联系人ID'],
  unionId: ['unionId'],
  phone: [
    ...['phone', '手机号', '手机', '买家手机', '买家手机号', '联系手机', '收货人手机', '收货人手机号', '收件人手机'],
    ...['收件人手机号', '收货人手机号/提货人手机号', '收货人电话', '联系电话'],
  ],
  totalFen: ['totalFen', '金额(分)', '订单金额(分)'],
  total: [
    ...[
      'total',
      '金额',
      '金额(元)',
      '实付金额',
      '实付金额(元)',
      '用户实付金额(元)',
      '买家实际支付金额',
      '订单实付金额',
    ],
    ...['订单实际支付金额', '实际支付', '应付金额', '订单应付金额', '订单金额', '订单金额(元)'],
  ],
  /** What is to be paid, for orders that are not paid yet. */
  due: ['应收订单金额', '订单总金额', '总金额', '总价格', '商品总价', '商品总价(元)', '商品金额合计', '买家应付货款'],
  /** What came back of the order; of its part, where rows are parts (子订单). */
  refund: ['退款金额', '已退款金额'],
  orderRefund: ['订单已退款金额', '订单退款金额'],
  itemRefund: ['商品已退款金额', '商品退款金额'],
  createdAt: ['createdAt', '下单时间', '订单创建时间', '订单提交时间', '订单下单时间', '创建时间'],
  paidAt: ['paidAt', '付款时间', '支付时间', '买家付款时间', '付款确认时间', '支付完成时间', '订单成交时间'],
  endedAt: ['endedAt', '退款时间', '关闭时间', '交易成功时间', '订单完成时间'],
  source: ['source', '来源', '店铺', '店铺名称', '归属店铺'],
  /** Not the shop: one of its stores. */
  store: ['store', '门店', '门店名称', '下单门店', '下单网点', '新零售导购门店名称', '新零售导购门店id'],
  staff: ['staff', '导购', '导购员', '店员', '销售导购', '专属导购'],
  /** The word of how it was bought before the one of where. */
  scene: ['scene', '下单渠道', '订单来源', '订单渠道', '销售渠道', '渠道'],
  campaign: ['campaign', '活动', '活动名称', '店铺活动', '营销活动'],
  sku: ['sku', '商品编码', '商品编号', '商家编码', '商品编码(自定义)', '货号', '商家编码-规格维度'],
  name: ['name', '商品名称', '商品', '选购商品', '宝贝标题', '标题', '全部商品名称'],
  quantity: ['quantity', '数量', '商品数量', '商品数量(件)', '订购数量', '购买数量'],
  priceFen: ['priceFen', '单价(分)'],
  price: ['price', '单价', '单价(元)', '商品单价', '商品价格(单件)', '京东价', '价格'],
  category: ['category', '品类', '类目'],
} as const
export type ColumnName = keyof typeof NAMES

/** Where the file has each column; several, the most telling first. */
export type Columns = Partial<Record<ColumnName, number[]>>

const RANK = new Map(
  (Object.entries(NAMES) as [ColumnName, readonly string[]][]).flatMap(([column, names]) =>
    names.map((name, rank) => [plainName(name), { column, rank }] as const),
  ),
)
/** Shops put a word before it: 订单付款时间. */
const PAID_AT = /付款时间|支付时间/

export const KNOWN_COLUMNS = Object.keys(NAMES) as ColumnName[]
export const columnNames = (column: ColumnName): readonly string[] => NAMES[column]
/** As operators call it. */
export const columnZh = (column: ColumnName): string =>
  NAMES[column].find((name) => /\p{Script=Han}/u.test(name)) ?? NAMES[column][0]

/** The smaller the rank, the more telling the name. */
export const meaningOf = (name: string): { column: ColumnName; rank: number } | undefined =>
  RANK.get(plainName(name)) ??
  (PAID_AT.test(plainName(name)) ? { column: 'paidAt', rank: NAMES.paidAt.length } : undefined)

export interface ReadHeader {
  columns: Columns
  /** That an order needs and that are not there. */
  missing: ColumnName[]
  /** Of what platform it is, where its header gives it away. */
  form: FileForm | undefined
  /** Names that mean nothing to us. */
  ignored: string[]
  /** Chinese. */
  faults: string[]
}

/** From the header row. Exports of platforms may name nobody; of a table that somebody made it was forgotten.
 *  `mapped`: what operators say of the names of this file, by `plainName`. */
export function readHeader(
  header: readonly string[],
  mapped?: ReadonlyMap<string, { column: ColumnName }>,
): ReadHeader {
  const told = (name: string): { column: ColumnName; rank: number } | undefined => {
    const column = mapped?.get(plainName(name))?.column
    return column === undefined ? meaningOf(name) : { column, rank: -1 }
  }
  const found: { column: ColumnName; rank: number; index: number }[] = []
  const ignored: string[] = []
  const faults: string[] = []
  for (const [index, name] of header.entries()) {
    const meaning = told(name)
    if (meaning === undefined) {
      if (plainName(name) !== '') ignored.push(name.trim())
    } else if (header.findIndex((one) => plainName(one) === plainName(name)) < index) {
      faults.push(`「${name.trim()}」这一列出现了两次`)
    } else found.push({ ...meaning, index })
  }
  const columns: Columns = {}
  for (const { column, index } of found.sort((a, b) => a.rank - b.rank)) {
    columns[column] = [...(columns[column] ?? []), index]
  }
  const form = fileFormOf(header)
  const missing: ColumnName[] = []
  const needs = (any: readonly ColumnName[], what: string): void => {
    if (any.some((name) => columns[name] !== undefined)) return
    missing.push(...any)
    faults.push(`缺少${what}`)
  }
  needs(['orderId'], '「订单号」列')
  needs(['status'], '「状态」列')
  needs(['total', 'totalFen'], '「金额」列（元）或「金额(分)」列')
  if (form === undefined) needs(['phone', 'unionId', 'externalUserId'], '「手机号」「unionId」「客户ID」中的任意一列')
  return { columns, missing, form, ignored, faults }
}
