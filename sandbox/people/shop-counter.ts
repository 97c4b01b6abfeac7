import type { Desk } from '../desk.ts'
import { DeskError } from '../refusal.ts'
import type { Manners } from '../shops/manners.ts'
import type { DoubleOrder, WechatShopDouble } from '../shops/wechat-shop.ts'
import { products } from './products.ts'

const STATE: Record<number, ShopOrderState> = {
  10: 'created',
  20: 'paid',
  30: 'shipped',
  100: 'signed',
  200: 'refunded',
  250: 'closed',
}
export type ShopOrderState = 'created' | 'paid' | 'shipped' | 'signed' | 'refunded' | 'closed'

/** What can be done with an order, and in which states. */
const MOVES = {
  pay: ['created'],
  close: ['created'],
  ship: ['paid'],
  sign: ['shipped'],
  refund: ['paid', 'shipped', 'signed'],
} as const satisfies Record<string, readonly ShopOrderState[]>

export interface MoveOrderInput {
  orderId: string
  does: keyof typeof MOVES
  /** Of a refund; default: all that is left. */
  fen?: number
}

const backOf = ({ aftersales }: DoubleOrder): number => aftersales.reduce((sum, { fen }) => sum + fen, 0)

/** What the demo's customers and people do in its 微信小店. Huoshui hears of it by the shop's pushes, or finds it by asking. */
export function shopCounterControls(desk: Desk, shop: WechatShopDouble) {
  const { world } = desk
  const stateOf = ({ status }: DoubleOrder): ShopOrderState => STATE[status] ?? 'created'

  return {
    /** One product of the demo's shelf, not yet paid. */
    buy: (input: { externalUserId: string; sku: string; quantity?: number }): { orderId: string } => {
      const customer = world.customers.get(input.externalUserId)
      if (customer === undefined) throw new DeskError('没有这位顾客')
      const product = products.find(({ sku }) => sku === input.sku)
      if (product === undefined) throw new DeskError(`店里没有这个商品：${input.sku}`)
      const { sku, name, priceFen } = product
      const lines = [{ sku, name, quantity: input.quantity ?? 1, priceFen }]
      const orderId = shop.buy({ unionId: customer.unionId, lines })
      desk.changed()
      return { orderId }
    },
    moveOrder: ({ orderId, does, fen }: MoveOrderInput): void => {
      const order = shop.orderOf(orderId)
      if (order === undefined) throw new DeskError(`店里没有这个订单：${orderId}`)
      const allowed: readonly ShopOrderState[] = MOVES[does]
      if (!allowed.includes(stateOf(order))) throw new DeskError('这个订单现在不能这样操作')
      if (does === 'pay') shop.pay(orderId)
      if (does === 'close') shop.cancel(orderId)
      if (does === 'ship') shop.ship(orderId, { number: `SF${orderId.slice(-13)}`, company: '顺丰速运' })
      if (does === 'sign') shop.sign(orderId)
      if (does === 'refund') shop.refund(orderId, fen)
      desk.changed()
    },
    /** How the shop treats Huoshui from now on: `{ lost: 1 }` loses every push. */
    setShopManners: (manners: Partial<Manners>): Readonly<Manners> => {
      shop.setManners(manners)
      desk.changed()
      return shop.manners()
    },
    /** The orders of a customer as the page shows them, newest first. */
    ordersAtShop: (unionId: string | undefined) =>
      shop
        .orders()
        .filter((order) => unionId !== undefined && order.unionId === unionId)
        .map((order) => ({
          orderId: order.orderId,
          state: stateOf(order),
          totalFen: order.totalFen,
          refundedFen: backOf(order),
          items: order.lines.map(({ name, quantity }) => ({ name, quantity })),
          atMs: order.createdMs,
        }))
        .sort((a, b) => b.atMs - a.atMs),
    losesPushes: (): boolean => shop.manners().lost > 0,
  }
}
export type ShopCounter = ReturnType<typeof shopCounterControls>
