import { shanghaiText } from '../core/kernel/shanghai.ts'
import { statusZh } from '../records/orders/order-status.ts'
import { type UnmatchedOrder, unmatchedOrders } from '../records/orders/unmatched-orders.ts'
import { defineCommand, mostListed, type Program } from './frame/command.ts'
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

export const ordersProgram: Program = {
  name: 'orders',
  says: '商城的订单。',
  commands: [unmatched, products, moves],
}
