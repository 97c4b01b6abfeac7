import { plainText } from '../../core/kernel/plain-text.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { OrderStatus } from './order-body.ts'

/** What shops write where there is nothing. */
const NOTHING = new Set(['-', '--', '—', '暂无', 'null', 'n/a', '#n/a'])

/** The text of a cell, without the marks that keep a number text in Excel: '138… and ="138…". */
export function cellText(cell: string | undefined): string {
  const text = plainText(
    plainText(cell ?? '')
      .replace(/^="(.*)"$/, '$1')
      .replace(/^'/, ''),
  )
  return NOTHING.has(text.toLowerCase()) ? '' : text
}

const WORDS: Record<OrderStatus, readonly string[]> = {
  created: ['created', '已下单', '待付款', '未付款', '待支付', '未支付', '等待买家付款', '等待付款'],
  paid: [
    ...['paid', '已付款', '已支付', '待发货', '未发货', '备货中', '部分发货', '已发货', '已完成', '完成', '交易成功'],
    ...[
      '交易完成',
      '买家已付款',
      '卖家部分发货',
      '卖家已发货',
      '等待出库',
      '等待确认收货',
      '待成团',
      '待接单',
      '待收货',
    ],
    ...['已签收', '已收货', '未核销', '待评价', '正在退款'],
  ],
  refunded: ['refunded', '已退款', '退款成功'],
  closed: ['closed', '已关闭', '已取消', '交易关闭'],
}
const STATUS = new Map(
  (Object.entries(WORDS) as [OrderStatus, readonly string[]][]).flatMap(([status, words]) =>
    words.map((word) => [word, status] as const),
  ),
)

/** `已发货，待签收` says where it stands, then what comes next; `已取消，退款成功` that all came back. */
export function statusOf(text: string): OrderStatus | undefined {
  const [word = '', ...more] = text.toLowerCase().split(/[,，]/)
  return more.some((one) => one.trim() === '退款成功') ? 'refunded' : STATUS.get(word.trim())
}

/** `1,280.00`, `￥1280`, `128.00元` → fen; undefined for what is no amount of yuan. */
export function fenOfYuan(text: string): number | undefined {
  const match = /^(-)?[￥¥]?(-)?(\d{1,9})(?:\.(\d{1,2})0*)?元?$/.exec(text.normalize('NFKC').replaceAll(/[\s,]/g, ''))
  if (match === null) return undefined
  const [, before, behind, yuan, cents = ''] = match
  const fen = Number(yuan) * 100 + Number(cents.padEnd(2, '0'))
  return before === undefined && behind === undefined ? fen : -fen
}

/** Days of Excel begin here, in the time zone of whoever made the table. */
const EXCEL_DAY_0_MS = Date.UTC(1899, 11, 30)
const SHANGHAI_MS = 8 * 3_600_000

/** `2026-11-22 10:00[:00[.0]]`, also with slashes, 年月日 or a T, in Shanghai; Excel's number of days; or with an offset of
 *  its own. UTC milliseconds. */
export function instantOfText(text: string): number | undefined {
  if (/^\d{5}(\.\d+)?$/.test(text)) return Math.round(EXCEL_DAY_0_MS + Number(text) * DAY_MS) - SHANGHAI_MS
  const local =
    /^(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?(?:[ T]?(\d{1,2})[:时](\d{2})(?:[:分](\d{2})(?:\.\d{1,3}|秒)?)?分?)?$/.exec(
      text,
    )
  if (local === null) {
    const instantMs = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/.test(text) ? Date.parse(text) : Number.NaN
    return Number.isNaN(instantMs) ? undefined : instantMs
  }
  const [year, month, day, hour, minute, second] = local.slice(1).map((part) => Number(part ?? 0))
  const asUtc = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second)
  const back = new Date(asUtc)
  const isReal = back.getUTCMonth() + 1 === month && back.getUTCDate() === day && back.getUTCHours() === hour
  return isReal ? asUtc - SHANGHAI_MS : undefined
}
