import { createHmac } from 'node:crypto'
import type { Desk } from '../desk.ts'
import type { OrderItem } from './products.ts'

const TIMEOUT_MS = 5_000

export interface OrderInput {
  orderId?: string
  status: 'created' | 'paid' | 'refunded' | 'closed'
  externalUserId?: string
  unionId?: string
  phone?: string
  /** Default: the sum of the items. */
  totalFen?: number
  items?: OrderItem[]
  /** UTC milliseconds or ISO 8601; default now, for `paid`. */
  paidAt?: number | string
}

const two = (n: number): string => String(n).padStart(2, '0')

/** `2026-11-22T09:05:07+08:00`. */
function shanghaiIso(instantMs: number): string {
  const d = new Date(instantMs + 8 * 3_600_000)
  const day = `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`
  return `${day}T${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}+08:00`
}

/** A system of the merchant's own that tells Huoshui about orders by a signed POST, and keeps those that arrived. The demo's
 *  shop is no such system: shop-counter.ts. */
export function ownSystemControls(desk: Desk) {
  const { world, clock, random, credentials } = desk
  const orders = new Map<string, Pick<OrderInput, 'externalUserId' | 'totalFen' | 'items'>>()

  const post = async (path: string, body: string): Promise<{ status: number; body: unknown }> => {
    const appUrl = desk.appUrl()
    if (appUrl === undefined) return { status: 0, body: { message: '还没有连上 Huoshui' } }
    const timestamp = String(Math.floor(desk.signedAt.now() / 1000))
    const signature = createHmac('sha256', credentials.ordersSecret)
      .update(`${timestamp}.POST.${path}.${body}`)
      .digest('hex')
    try {
      const answer = await fetch(`${appUrl}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-huoshui-timestamp': timestamp,
          'x-huoshui-signature': `v2=${signature}`,
        },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      const text = await answer.text()
      try {
        return { status: answer.status, body: JSON.parse(text) }
      } catch {
        return { status: answer.status, body: text }
      }
    } catch {
      return { status: 0, body: { message: 'Huoshui 没有回应' } }
    }
  }

  return {
    order: async (input: OrderInput): Promise<{ orderId: string; status: number; body: unknown }> => {
      const nowMs = clock.now()
      const orderId =
        input.orderId ?? `MY${shanghaiIso(nowMs).slice(0, 10).replaceAll('-', '')}${random.int(900_000) + 100_000}`
      const held = orders.get(orderId)
      const items = input.items ?? held?.items ?? []
      const totalFen =
        input.totalFen ?? held?.totalFen ?? items.reduce((sum, item) => sum + item.priceFen * item.quantity, 0)
      const externalUserId = input.externalUserId ?? held?.externalUserId
      const unionId = input.unionId ?? world.customers.get(externalUserId ?? '')?.unionId
      const paidAt = input.paidAt ?? (input.status === 'paid' ? nowMs : undefined)
      const body = JSON.stringify({
        orderId,
        status: input.status,
        customer: { externalUserId, unionId, phone: input.phone },
        totalFen,
        paidAt: typeof paidAt === 'number' ? shanghaiIso(paidAt) : paidAt,
        items,
        source: '牧野牛排小程序商城',
      })
      const answer = await post('/api/orders', body)
      if (answer.status >= 200 && answer.status < 300) {
        orders.set(orderId, { totalFen, items, ...(externalUserId === undefined ? {} : { externalUserId }) })
      }
      return { orderId, ...answer }
    },
  }
}
