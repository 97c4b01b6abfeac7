import { shanghaiText } from '../core/kernel/shanghai.ts'
import { ORIGIN_PARTS, ORIGIN_ZH } from '../records/orders/order-origin.ts'
import { statusZh } from '../records/orders/order-status.ts'
import { type CalledOrder, ordersCalled } from '../records/orders/orders-called.ts'
import { type UnmatchedOrder, unmatchedOrders } from '../records/orders/unmatched-orders.ts'
import { cliFault } from './frame/cli-fault.ts'
import { defineCommand, mostListed, type Program } from './frame/command.ts'
import { text } from './frame/slot.ts'
import { moves, products } from './product-orders.ts'

const unmatched = defineCommand({
  name: 'unmatched',
  audited: 'look',
  scope: 'customers',
  says: '找不到客户的订单，新的在前：来自哪家店、订单号、多少钱、留了什么',
  more: '客户加好友、导购备注手机号、重新导入改正过的文件后，订单会自动归到客户名下。',
  lists: true,
  run: async (_values, desk, form) => {
    const { orders, counts } = await (await desk.db()).tx(async (tx) => ({
      orders: await unmatchedOrders.list(tx, { limit: mostListed(form) }),
      counts: await unmatchedOrders.counts(tx),
    }))
    const rows = orders.map(cellsOf)
    const rest = counts.all > orders.length ? [`……另有 ${counts.all - orders.length} 条，用 --csv 全部列出。`] : []
    const head = `${counts.all} 条订单还没有找到客户，其中 ${counts.hopeless} 条没有留下能认出客户的信息`
    return {
      text:
        counts.all === 0
          ? '所有订单都找到了客户。'
          : [head, '', ...rows.map((cells) => cells.join('  ')), ...rest].join('\n'),
      data: { ...counts, orders },
      sheet: { header: ['来源', '订单号', '状态', '金额（元）', '时间', '留下的信息'], rows },
      isNo: counts.all > 0,
    }
  },
})

const cellsOf = (order: UnmatchedOrder): string[] => [
  order.source,
  order.orderId,
  statusZh[order.status],
  (order.totalFen / 100).toFixed(2),
  shanghaiText(order.paidAtMs ?? order.createdAtMs),
  namesOf(order),
]

function namesOf({ phoneTail, unionId, externalUserId }: UnmatchedOrder): string {
  const names = [
    phoneTail === null ? undefined : `手机尾号 ${phoneTail}`,
    unionId === null ? undefined : `unionId ${unionId}`,
    externalUserId === null ? undefined : `客户ID ${externalUserId}`,
  ].filter((name) => name !== undefined)
  return names.length === 0 ? '没有' : names.join('，')
}

const show = defineCommand({
  name: 'show',
  audited: 'look',
  scope: 'customers',
  says: '一笔订单：状态、金额、商品，是谁的，店铺说它从哪家门店、哪位店员、哪个渠道和活动来',
  words: { order: text('订单号', '店铺的订单号；两家店都有的，两笔都列') },
  run: async ({ order: orderId }, desk) => {
    const found = await (await desk.db()).tx((tx) => ordersCalled(tx, orderId))
    if (found.length === 0) throw cliFault('no', `没有订单「${orderId}」，核对订单号。`)
    return {
      text: found.map(showText).join('\n\n'),
      data: { orders: found.map(({ row, items, origin }) => ({ ...shown(row), items, origin })) },
      about: found.flatMap(({ row }) => row.external_userid ?? []),
    }
  },
})

const shown = (row: CalledOrder['row']) => ({
  ...{ orderId: row.order_id, source: row.source, status: row.status, totalFen: row.total_fen },
  ...{ refundedFen: row.refunded_fen, createdAtMs: row.created_at, paidAtMs: row.paid_at },
  externalUserId: row.external_userid,
})

function showText({ row, items, origin }: CalledOrder): string {
  const { source, order_id: orderId, status, total_fen: totalFen, refunded_fen: refundedFen } = row
  const yuan = (fen: number): string => (fen / 100).toFixed(2)
  const back = refundedFen > 0 ? `，退了 ${yuan(refundedFen)}` : ''
  const words = ORIGIN_PARTS.flatMap((part) =>
    origin[part] === undefined ? [] : [`${ORIGIN_ZH[part]} ${origin[part]}`],
  )
  return [
    `${source} ${orderId} ${statusZh[status]} ${yuan(totalFen)} 元${back}，${shanghaiText(row.paid_at ?? row.created_at)}`,
    row.external_userid === null ? '还没有找到客户' : `客户 ${row.external_userid}`,
    words.length === 0 ? '店铺没有说从哪里来' : words.join('，'),
    ...items.map(({ name, quantity }) => `  ${name} ×${quantity}`),
  ].join('\n')
}

export const ordersProgram: Program = {
  name: 'orders',
  says: '商城的订单。',
  commands: [unmatched, show, products, moves],
}
