import type { OrderMessage } from './order-body.ts'
import { type OrderStep, standingOf } from './order-status.ts'
import type { StoredOrder } from './order-store.ts'
import type { Whole } from './whole-body.ts'

/** An order as one whole message shows it: everything else is derived from this. */
export interface Picture {
  /** All that is told of it, with when; each once. */
  steps: { step: OrderStep; atMs: number }[]
  /** Undefined: the message tells nothing of refunds, and what was known stays. `refundId` empty: the sum until now. */
  refunds: { refundId: string; fen: number; atMs: number }[] | undefined
  columns: Pick<
    StoredOrder,
    'status' | 'total_fen' | 'refunded_fen' | 'created_at' | 'paid_at' | 'refunded_at' | 'closed_at'
  > &
    Partial<Pick<StoredOrder, 'shipped_at' | 'signed_at'>>
}

/** No number of a shop's is empty. */
const SUM = ''

/** What the message shows. Where it leaves an instant out, the one that is known stays, else it is `nowMs`.
 *  `knownRefundedFen`: what had come back, for a message that says nothing of it. */
export function pictureOf(
  order: OrderMessage & { whole: Whole },
  { row, knownRefundedFen, nowMs }: { row: StoredOrder; knownRefundedFen: number; nowMs: number },
): Picture {
  const { whole, totalFen } = order
  const createdAtMs = order.createdAtMs ?? row.created_at
  const atMs = order.atMs ?? order.supposedAtMs ?? nowMs
  const refunds = refundsOf(order, atMs)
  const refundedFen = refunds === undefined ? knownRefundedFen : sumOf(refunds)
  const covered = whole.payments === undefined ? undefined : coveredAtMs(whole.payments, totalFen)
  const isDeposit = order.status === 'paid' && paidBy(whole.payments) < totalFen
  const wasPaid = order.status === 'closed' ? order.paidAtMs !== undefined : order.status !== 'created' && !isDeposit
  const paidAtMs = wasPaid
    ? (order.paidAtMs ?? covered ?? (order.status === 'paid' ? order.atMs : undefined) ?? row.paid_at ?? createdAtMs)
    : undefined
  const isAllBack = order.status === 'refunded' || (wasPaid && totalFen > 0 && refundedFen >= totalFen)
  const refundedAtMs = refunds?.reduce((last, one) => Math.max(last, one.atMs), 0) || atMs
  const { shippedAtMs, signedAtMs } = parcelsOf(whole)
  const steps = [
    { step: 'created' as const, atMs: createdAtMs },
    { step: 'paid' as const, atMs: paidAtMs },
    { step: 'shipped' as const, atMs: shippedAtMs },
    { step: 'signed' as const, atMs: signedAtMs },
    { step: 'closed' as const, atMs: order.status === 'closed' ? atMs : undefined },
    { step: 'refunded' as const, atMs: isAllBack ? refundedAtMs : undefined },
  ].flatMap(({ step, atMs: at }) => (at === undefined ? [] : [{ step, atMs: at }]))
  const status = standingOf(
    steps.map(({ step }) => step),
    { totalFen, refundedFen },
  )
  return {
    steps,
    refunds,
    columns: {
      status,
      total_fen: totalFen,
      refunded_fen: status === 'refunded' ? totalFen : Math.min(refundedFen, totalFen),
      created_at: createdAtMs,
      paid_at: paidAtMs ?? null,
      refunded_at: status === 'refunded' ? refundedAtMs : null,
      closed_at: order.status === 'closed' ? atMs : null,
      ...(whole.parcels === undefined ? {} : { shipped_at: shippedAtMs ?? null, signed_at: signedAtMs ?? null }),
    },
  }
}

function refundsOf(order: OrderMessage & { whole: Whole }, atMs: number): Picture['refunds'] {
  const { whole, refundedFen } = order
  if (whole.refunds === undefined && refundedFen === undefined) return undefined
  const parts = (whole.refunds ?? []).map((one) => ({ refundId: one.refundId, fen: one.fen, atMs: one.atMs ?? atMs }))
  return refundedFen === undefined || refundedFen === 0
    ? parts
    : [...parts, { refundId: SUM, fen: refundedFen, atMs: parts.at(-1)?.atMs ?? atMs }]
}

/** The sum that the shop told, or its parts, whichever is more. */
function sumOf(refunds: NonNullable<Picture['refunds']>): number {
  const sum = refunds.find(({ refundId }) => refundId === SUM)?.fen ?? 0
  return Math.max(
    sum,
    refunds.reduce((total, one) => (one.refundId === SUM ? total : total + one.fen), 0),
  )
}

/** What these payments come to; one that is not told of may be all of it. */
const paidBy = (payments: Whole['payments']): number =>
  payments?.reduce((sum, one) => sum + one.fen, 0) ?? Number.POSITIVE_INFINITY

/** When the payments together were enough; undefined while they are not, or where that one has no time. */
function coveredAtMs(payments: NonNullable<Whole['payments']>, totalFen: number): number | undefined {
  let paidFen = 0
  for (const { fen, atMs } of [...payments].sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0))) {
    paidFen += fen
    if (paidFen >= totalFen) return atMs
  }
  return undefined
}

/** When the first went out, and when the last of all was signed for. */
function parcelsOf({ parcels = [] }: Whole): { shippedAtMs: number | undefined; signedAtMs: number | undefined } {
  const shipped = parcels.flatMap(({ shippedAtMs, signedAtMs }) => shippedAtMs ?? signedAtMs ?? [])
  const signed = parcels.flatMap(({ signedAtMs }) => signedAtMs ?? [])
  return {
    shippedAtMs: shipped.length === 0 ? undefined : Math.min(...shipped),
    signedAtMs: signed.length === 0 || signed.length < parcels.length ? undefined : Math.max(...signed),
  }
}
