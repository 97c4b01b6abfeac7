import type { RowOf } from '../core/db/define-table.ts'
import { shanghaiText } from '../core/kernel/shanghai.ts'
import type { CreditBy, CreditSum } from '../operations/credit/credit-queries.ts'
import type { ORDER_CREDIT } from '../operations/credit/credit-tables.ts'
import { ORIGIN_ZH } from '../records/orders/order-origin.ts'
import type { ToldWord } from '../records/orders/told-words.ts'
import type { TouchKind } from '../records/touches/touch-tables.ts'
import type { CreditRule } from '../rules/schema/credit-rules.ts'
import { type GuideNames, guideText } from './find/guide-names.ts'
import type { Sheet } from './frame/command.ts'
import { table } from './frame/table.ts'

export interface CreditNames {
  guides: GuideNames
  /** By department number. */
  stores: ReadonlyMap<string, string>
}

const BY_ZH: Record<CreditBy, string> = { guide: '导购', store: '门店', code: '渠道', message: '消息' }
const TOUCH_ZH: Record<TouchKind, string> = {
  welcome: '欢迎语',
  send: '群发',
  moment: '朋友圈',
  script: '话术',
  task: '待办',
}
const OTHERS_ZH = { none: '没有规则认领', unknown: '还没找到客户' }
const WITHOUT_ZH: Record<CreditBy, string> = {
  guide: '不算导购，只算门店或渠道',
  store: '没有门店',
  code: '没有渠道',
  message: '不因为哪条消息',
}
const yuan = (fen: number): string => (fen / 100).toFixed(2)
const isTouch = (word: string): word is TouchKind => word in TOUCH_ZH

function calledOf({ state, key }: CreditSum, by: CreditBy, { guides, stores }: CreditNames): string {
  if (state !== 'given') return OTHERS_ZH[state]
  if (key === undefined) return WITHOUT_ZH[by]
  if (by === 'guide') return guideText(guides, key)
  if (by === 'store') return stores.get(key) ?? `部门 ${key}`
  if (by === 'code') return key
  const [kind = '', ...name] = key.split('/')
  return `${isTouch(kind) ? TOUCH_ZH[kind] : kind}${name.length === 0 ? '' : `「${name.join('/')}」`}`
}

const HEAD = (by: CreditBy): string[] => [BY_ZH[by], '订单', '付款（元）', '退款（元）', '净额（元）']

export const creditSheet = (sums: readonly CreditSum[], by: CreditBy, names: CreditNames): Sheet => ({
  header: HEAD(by),
  rows: sums.map((sum) => [
    calledOf(sum, by, names),
    sum.orders,
    yuan(sum.paidFen),
    yuan(sum.returnedFen),
    yuan(sum.paidFen - sum.returnedFen),
  ]),
})

/** `untilMs` is not included; UTC milliseconds. */
export function creditText(
  sums: readonly CreditSum[],
  by: CreditBy,
  names: CreditNames,
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
): string {
  const span = `${shanghaiText(fromMs).slice(0, 10)} 到 ${shanghaiText(untilMs - 1).slice(0, 10)}`
  if (sums.length === 0) return `${span}没有付款，也没有退款。`
  const all = sums.reduce(
    (sum, { orders, paidFen, returnedFen }) => ({
      orders: sum.orders + orders,
      paidFen: sum.paidFen + paidFen,
      returnedFen: sum.returnedFen + returnedFen,
    }),
    { orders: 0, paidFen: 0, returnedFen: 0 },
  )
  const total = [
    '合计',
    String(all.orders),
    yuan(all.paidFen),
    yuan(all.returnedFen),
    yuan(all.paidFen - all.returnedFen),
  ]
  const rows = creditSheet(sums, by, names).rows.map((row) => row.map(String))
  return [`${span}，退款算在退的那天：`, table([HEAD(by), ...rows, total])].join('\n')
}

const MOST_SAID = 20

/** Whom shops name and nobody is; nothing where all are known. */
export function unknownText(unknown: readonly ToldWord[]): string[] {
  if (unknown.length === 0) return []
  const said = unknown
    .slice(0, MOST_SAID)
    .map(({ source, part, word, orders }) => `  ${source} ${ORIGIN_ZH[part]}「${word}」 ${orders} 单`)
  const rest = unknown.length > MOST_SAID ? [`  ……另有 ${unknown.length - MOST_SAID} 个`] : []
  return ['', '店铺写了、对不上是谁的，写进 config/shops 里那家店的 staff 或 stores：', ...said, ...rest]
}

const RULE_ZH: Record<CreditRule['to'], string> = {
  staff: '店铺在订单里写的店员',
  store: '店铺在订单里写的门店',
  contact: '付款前最后联系客户的导购',
  newest: '付款时最近加这位客户的导购',
  first: '付款时最早加这位客户的导购',
  code: '客户来的渠道',
}

export function whyText(orderId: string, credit: RowOf<typeof ORDER_CREDIT> | undefined, names: GuideNames): string {
  if (credit === undefined)
    return `订单 ${orderId} 没有归属：付款时没有一条规则答得出来，或者那时还没有规则（credit fill 可以补算）。`
  const nobody = credit.decided_by === 'store' ? `部门 ${credit.department ?? ''}` : `渠道「${credit.channel ?? ''}」`
  const whose = credit.userid === null ? nobody : guideText(names, credit.userid)
  const head = `订单 ${orderId} 算给 ${whose}`
  if (credit.decided_by === 'hand')
    return `${head}：${credit.given_by ?? ''} 于 ${shanghaiText(credit.decided_at)} 改的，原因：${credit.why ?? ''}`
  const touch =
    credit.touch === null ? '' : `：${TOUCH_ZH[credit.touch]}${credit.about === null ? '' : `「${credit.about}」`}`
  const code = credit.userid === null || credit.channel === null ? '' : `；客户来自渠道「${credit.channel}」`
  return `${head}，${shanghaiText(credit.decided_at)} 按规则定的：${RULE_ZH[credit.decided_by]}${touch}${code}。`
}
