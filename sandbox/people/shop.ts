import { createHmac } from 'node:crypto'
import type { Desk } from '../desk.ts'
import type { ShopOrder } from '../world.ts'
import { type OrderItem, products } from './products.ts'

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

/** The shop system that tells Huoshui about orders (signed POST). */
export function shopControls(desk: Desk) {
  const { world, clock, random, credentials } = desk

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
    products: () => products,
    order: async (input: OrderInput): Promise<{ orderId: string; status: number; body: unknown }> => {
      const nowMs = clock.now()
      const orderId =
        input.orderId ?? `MY${shanghaiIso(nowMs).slice(0, 10).replaceAll('-', '')}${random.int(900_000) + 100_000}`
      const held = world.orders.get(orderId)
      const items = input.items ?? (held?.items as OrderItem[] | undefined) ?? [] // only orders made here are held
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
        const atMs = typeof paidAt === 'number' ? paidAt : typeof paidAt === 'string' ? Date.parse(paidAt) : nowMs
        const order: ShopOrder = { orderId, status: input.status, totalFen, items, atMs: held?.atMs ?? atMs }
        world.orders.set(orderId, externalUserId === undefined ? order : { ...order, externalUserId })
        desk.changed()
      }
      return { orderId, ...answer }
    },
  }
}
