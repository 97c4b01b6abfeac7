import { type OrderStep, standingOf } from './order-status.ts'
import type { StoredOrder } from './order-store.ts'
import { type RefundRow, sumOfRefunds } from './refund-store.ts'

/** Where an order stands, and what of it has come back, after all that was told: its steps and refunds. */
export function standingBy(
  row: Pick<StoredOrder, 'total_fen' | 'paid_at' | 'created_at'>,
  steps: readonly { status: OrderStep; at: number }[],
  refunds: readonly RefundRow[],
): Pick<StoredOrder, 'status' | 'refunded_fen' | 'refunded_at' | 'closed_at' | 'paid_at'> {
  const totalFen = row.total_fen
  const { fen: refundedFen, atMs: refundedAtMs } = sumOfRefunds(refunds)
  const status = standingOf(
    steps.map((one) => one.status),
    { totalFen, refundedFen },
  )
  const when = (wanted: OrderStep): number | null => steps.find((one) => one.status === wanted)?.at ?? null
  return {
    status,
    refunded_fen: status === 'refunded' ? totalFen : Math.min(refundedFen, totalFen),
    refunded_at: status === 'refunded' ? (refundedAtMs ?? when('refunded')) : null,
    closed_at: when('closed'),
    // Of what came back in part nobody told the payment: it was made after the order, and that day is near enough.
    paid_at: row.paid_at ?? (status === 'paid' ? row.created_at : null),
  }
}
