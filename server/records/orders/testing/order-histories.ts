import { DAY_MS, HOUR_MS } from '../../../core/kernel/shanghai.ts'

export type Snapshot = Record<string, unknown> & { orderId: string; version: number }

const iso = (ms: number): string => new Date(ms).toISOString()

/** All that a shop would say of one order over its life, version after version, each the whole of it. `random`: in [0, 1). */
export function historyOf(orderId: string, beganAtMs: number, random: () => number): Snapshot[] {
  const pick = (most: number): number => Math.floor(random() * most)
  const lines = Array.from({ length: 1 + pick(3) }, (_, index) => ({
    ...{ lineId: `l${index}`, sku: `s${pick(9)}`, name: `商品${pick(9)}`, quantity: 1 + pick(3) },
    ...{ priceFen: 100 * (1 + pick(90)), category: ['牛排', '面膜', '酱料'][pick(3)] },
  }))
  const totalFen = lines.reduce((sum, line) => sum + line.quantity * line.priceFen, 0)
  let at = beganAtMs
  const later = (): string => {
    at += HOUR_MS + pick(2 * DAY_MS)
    return iso(at)
  }
  const refunds: object[] = []
  const parcels: object[] = []
  // A shop goes on telling what it knows; who sold it may turn out to be somebody else.
  const origin = { store: `店${pick(3)}`, staff: `G${pick(3)}`, scene: ['直播间', '小程序'][pick(2)] }
  let state: Record<string, unknown> = { status: 'created', createdAt: iso(at), at: iso(at), ...origin }
  const told: Snapshot[] = []
  const tell = (change: Record<string, unknown>): void => {
    state = { ...state, ...change }
    const common = { orderId, source: '店', customer: { externalUserId: `wm${orderId}` }, totalFen, items: lines }
    told.push({ ...common, ...state, refunds: [...refunds], parcels: [...parcels], version: at })
  }
  tell({})
  if (random() < 0.15) {
    tell({ status: 'closed', at: later() })
    return told
  }
  const paidAt = later()
  tell({ status: 'paid', paidAt, at: paidAt, campaign: '双十一' })
  for (let parcel = 0; parcel < 1 + pick(2); parcel++) {
    const shipped = { number: `n${orderId}-${parcel}`, company: '顺丰', shippedAt: later() }
    parcels.push(shipped)
    tell({ staff: `G${pick(3)}` })
    if (random() < 0.7) {
      parcels[parcels.length - 1] = { ...shipped, signedAt: later() }
      tell({})
    }
  }
  let leftFen = totalFen
  for (const line of lines) {
    if (random() < 0.6) continue
    const quantity = 1 + pick(line.quantity)
    const fen = quantity * line.priceFen
    leftFen -= fen
    refunds.push({ refundId: `r${line.lineId}`, fen, at: later(), lines: [{ lineId: line.lineId, quantity, fen }] })
    tell(leftFen === 0 ? { status: 'refunded', at: iso(at) } : {})
  }
  return told
}
