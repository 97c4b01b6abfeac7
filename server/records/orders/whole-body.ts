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
  parcels?: ParcelBody[] | null
}
interface ParcelBody {
  number: string
  company?: string | null
  shippedAt?: unknown
  signedAt?: unknown
}
interface LineBody {
  lineId: string
  quantity?: number | null
  fen?: number | null
}

const cleaned = (text: string | null | undefined, most: number): string =>
  maskPhones(plainText(text ?? '')).slice(0, most)

interface Reading {
  /** Reads an instant, `field` being where it stands; throws orders.invalid. */
  instant(written: unknown, field: string): number | undefined
  /** A number of the shop's, cleaned; throws orders.invalid where nothing is left, or too much. */
  number(written: string, field: string): string
  /** Throws orders.invalid. */
  refuse(fault: string): never
}

/** A row that comes twice is one; of two that say different things of one number, neither is known to be right. */
function eachOnce<Row>(
  rows: readonly Row[],
  { list, key, refuse }: { list: string; key: keyof Row & string; refuse: Reading['refuse'] },
): Row[] {
  const kept = new Map<unknown, string>()
  return rows.filter((row, index) => {
    const said = JSON.stringify(row)
    const before = kept.get(row[key])
    kept.set(row[key], said)
    if (before !== undefined && before !== said) refuse(`${list}/${index}/${key} was told already, with something else`)
    return before === undefined
  })
}

/** One parcel may be told with each of the orders in it. */
const lastOfEach = (parcels: readonly Parcel[]): Parcel[] => [
  ...new Map(parcels.map((parcel) => [parcel.number, parcel])).values(),
]

/** Undefined without a version. */
export function wholeOf({ version, ...lists }: WholeBody, reading: Reading): Whole | undefined {
  const { instant, number: numberOf, refuse } = reading
  const parcelOf = ({ number, company, shippedAt, signedAt }: ParcelBody, index: number): Parcel => ({
    number: numberOf(number, `/parcels/${index}/number`),
    company: cleaned(company, 60),
    shippedAtMs: instant(shippedAt, `/parcels/${index}/shippedAt`),
    signedAtMs: instant(signedAt, `/parcels/${index}/signedAt`),
  })
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
          refundId: numberOf(refundId, `/refunds/${index}/refundId`),
          fen,
          atMs: instant(at, `/refunds/${index}/at`),
          lines: eachOnce(
            (lines ?? []).map((line, place) => ({
              lineId: numberOf(line.lineId, `/refunds/${index}/lines/${place}/lineId`),
              quantity: line.quantity ?? undefined,
              fen: line.fen ?? undefined,
            })),
            { list: `/refunds/${index}/lines`, key: 'lineId', refuse },
          ),
        })),
        { list: '/refunds', key: 'refundId', refuse },
      ),
    payments:
      payments &&
      eachOnce(
        payments.map(({ paymentId, fen, at, way }, index) => ({
          paymentId: numberOf(paymentId, `/payments/${index}/paymentId`),
          fen,
          atMs: instant(at, `/payments/${index}/at`),
          way: cleaned(way, 60),
        })),
        { list: '/payments', key: 'paymentId', refuse },
      ),
    parcels: parcels && lastOfEach(parcels.map(parcelOf)),
  }
}
