import Type, { type TSchema } from 'typebox'
import { maskPhones } from '../../core/kernel/mask-phones.ts'
import { plainText } from '../../core/kernel/plain-text.ts'

/** 2^53-1 fen is more than any shop sells. */
export const Fen = Type.Integer({ minimum: 0, maximum: 100_000_000_000 })
export const NotEmpty = (maxLength: number) => Type.String({ minLength: 1, maxLength })
export const Maybe = <Schema extends TSchema>(schema: Schema) => Type.Optional(Type.Union([schema, Type.Null()]))
/** ISO 8601 with offset, or UTC milliseconds; empty is absent. */
export const Instant = Maybe(Type.Union([Type.String({ maxLength: 40 }), Type.Integer({ minimum: 0 })]))

/** What a message tells that tells the whole order and not one piece of news of it. */
export const WHOLE_FIELDS = {
  /** The shop's own count of changes, or the instant of the last one: of two messages the one with the larger counts, in
   *  whatever order they come. With it the message is the whole order: lists that are told replace what was known. */
  version: Maybe(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  /** All that has come back until now. */
  refundedFen: Maybe(Fen),
  /** Every refund that was paid out, with the lines that it was for. */
  refunds: Maybe(
    Type.Array(
      Type.Object({
        refundId: NotEmpty(100),
        fen: Fen,
        at: Instant,
        lines: Maybe(
          Type.Array(
            Type.Object({
              /** `lineId` of an item, or its `sku` where items have none. */
              lineId: NotEmpty(100),
              quantity: Maybe(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
              fen: Maybe(Fen),
            }),
            { maxItems: 500 },
          ),
        ),
      }),
      { maxItems: 200 },
    ),
  ),
  /** Every payment: while they are less than `totalFen`, the order is not paid yet. */
  payments: Maybe(
    Type.Array(
      Type.Object({ paymentId: NotEmpty(100), fen: Fen, at: Instant, way: Maybe(Type.String({ maxLength: 60 })) }),
      { maxItems: 50 },
    ),
  ),
  parcels: Maybe(
    Type.Array(
      Type.Object({
        number: NotEmpty(100),
        company: Maybe(Type.String({ maxLength: 60 })),
        shippedAt: Instant,
        signedAt: Instant,
      }),
      { maxItems: 100 },
    ),
  ),
}

export interface RefundLine {
  lineId: string
  /** Pieces that came back; undefined: not told. */
  quantity: number | undefined
  fen: number | undefined
}

export interface RefundTold {
  refundId: string
  fen: number
  atMs: number | undefined
  lines: RefundLine[]
}

export interface Payment {
  paymentId: string
  fen: number
  atMs: number | undefined
  way: string
}

export interface Parcel {
  number: string
  company: string
  shippedAtMs: number | undefined
  signedAtMs: number | undefined
}

/** The whole order as the shop had it at one version; lists that are undefined were not told. */
export interface Whole {
  version: number
  refunds: RefundTold[] | undefined
  payments: Payment[] | undefined
  parcels: Parcel[] | undefined
}

interface WholeBody {
  version?: number | null
  refunds?: { refundId: string; fen: number; at?: unknown; lines?: LineBody[] | null }[] | null
  payments?: { paymentId: string; fen: number; at?: unknown; way?: string | null }[] | null
  parcels?: { number: string; company?: string | null; shippedAt?: unknown; signedAt?: unknown }[] | null
}
interface LineBody {
  lineId: string
  quantity?: number | null
  fen?: number | null
}

const cleaned = (text: string | null | undefined, most: number): string =>
  maskPhones(plainText(text ?? '')).slice(0, most)

/** Later rows of one number take the place of earlier ones. */
const eachOnce = <Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] => [
  ...new Map(rows.map((row) => [keyOf(row), row])).values(),
]

/** Undefined without a version. `instant`: reads one, `field` being where it stands; throws orders.invalid. */
export function wholeOf(
  { version, ...lists }: WholeBody,
  instant: (written: unknown, field: string) => number | undefined,
): Whole | undefined {
  if (version === undefined || version === null) return undefined
  const refunds = lists.refunds ?? undefined
  const payments = lists.payments ?? undefined
  const parcels = lists.parcels ?? undefined
  return {
    version,
    refunds:
      refunds &&
      eachOnce(
        refunds.map(({ refundId, fen, at, lines }, index) => ({
          refundId: plainText(refundId).slice(0, 100),
          fen,
          atMs: instant(at, `/refunds/${index}/at`),
          lines: eachOnce(
            (lines ?? []).map((line) => ({
              lineId: plainText(line.lineId).slice(0, 100),
              quantity: line.quantity ?? undefined,
              fen: line.fen ?? undefined,
            })),
            ({ lineId }) => lineId,
          ),
        })),
        ({ refundId }) => refundId,
      ),
    payments:
      payments &&
      eachOnce(
        payments.map(({ paymentId, fen, at, way }, index) => ({
          paymentId: plainText(paymentId).slice(0, 100),
          fen,
          atMs: instant(at, `/payments/${index}/at`),
          way: cleaned(way, 60),
        })),
        ({ paymentId }) => paymentId,
      ),
    parcels:
      parcels &&
      eachOnce(
        parcels.map(({ number, company, shippedAt, signedAt }, index) => ({
          number: plainText(number).slice(0, 100),
          company: cleaned(company, 60),
          shippedAtMs: instant(shippedAt, `/parcels/${index}/shippedAt`),
          signedAtMs: instant(signedAt, `/parcels/${index}/signedAt`),
        })),
        ({ number }) => number,
      ),
  }
}
