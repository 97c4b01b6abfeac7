import Type, { type Static } from 'typebox'
import { maskPhones } from '../../core/kernel/mask-phones.ts'
import { plainText } from '../../core/kernel/plain-text.ts'
import { checkedBody, instantOf, invalidBody } from '../../engine/http/checked-body.ts'
import { GivenCustomer, type NamedCustomer, namedCustomer } from '../customers/given-customer.ts'
import { VisitKind } from './visit-kind.ts'

const Maybe = <Schema extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Type.Null()]))
const Text = (maxLength: number) => Type.String({ maxLength })
const NotEmpty = (maxLength: number) => Type.String({ minLength: 1, maxLength })

/** More in one call are refused: the shop sends them in several. */
export const MOST_VISITS = 200
/** Of a page with its query, and of a name, so much is kept. */
const KEPT_LENGTH = 190
/** Of what was searched for, and of a scene. */
const KEPT_WORDS = 100

const Visit = Type.Object({
  /** Unique for its source. */
  visitId: NotEmpty(100),
  source: NotEmpty(60),
  customer: GivenCustomer,
  kind: VisitKind,
  /** ISO 8601 with offset, or UTC milliseconds. */
  at: Type.Union([Text(40), Type.Integer({ minimum: 0 })]),
  page: Maybe(Text(2_000)),
  product: Type.Optional(
    Type.Union([
      Type.Object({
        id: NotEmpty(100),
        name: Maybe(Text(500)),
        /** Of one piece. */
        priceFen: Maybe(Type.Integer({ minimum: 0, maximum: 100_000_000_000 })),
        category: Maybe(Text(60)),
      }),
      Type.Null(),
    ]),
  ),
  /** Of carts: how many are in it from now on; 0: taken out. Absent: 1. */
  quantity: Maybe(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  /** What they searched for. */
  keyword: Maybe(Text(2_000)),
  /** A scene of WeChat (1011), or the number of a link of ours. */
  scene: Type.Optional(Type.Union([Text(2_000), Type.Integer({ minimum: 0 }), Type.Null()])),
})

/** Body of POST /api/visits. What else the shop tells of a visit is not kept. Empty and null are absent. */
const VisitsBody = Type.Object({ visits: Type.Array(Visit, { minItems: 1, maxItems: MOST_VISITS }) })

export interface VisitMessage {
  visitId: string
  source: string
  customer: NamedCustomer
  kind: VisitKind
  /** UTC milliseconds. */
  atMs: number
  page: string | undefined
  product: { id: string; name: string; category: string | undefined; priceFen: number | undefined } | undefined
  quantity: number
  keyword: string | undefined
  scene: string | undefined
}

const ABOUT = { what: 'visits', zh: '浏览' }

/** Pages, names and searched words are without the phones in them. All or none: throws visits.invalid (400) naming fields, never their
 *  values. */
export const parseVisits = (value: unknown): VisitMessage[] => checkedBody(VisitsBody, value, ABOUT).visits.map(toVisit)

function toVisit({ product, ...given }: Static<typeof Visit>, nth: number): VisitMessage {
  const field = (name: string): string => `/visits/${nth}/${name}`
  // One of our databases takes blanks at the end for nothing, the other does not.
  const id = (name: string, written: string, longest: number): string => {
    const text = plainText(written)
    if (text === '') throw invalidBody([`${field(name)} must not be blank`], ABOUT)
    if (text.length > longest) throw invalidBody([`${field(name)} is too long`], ABOUT)
    return text
  }
  const visit = {
    visitId: id('visitId', given.visitId, 100),
    source: id('source', given.source, 60),
    customer: namedCustomer(given.customer),
    kind: given.kind,
    atMs: instantOf(given.at, { field: field('at'), ...ABOUT }),
    page: kept(given.page, KEPT_LENGTH),
    quantity: given.quantity ?? 1,
    keyword: kept(given.keyword, KEPT_WORDS),
    scene: kept(given.scene?.toString(), KEPT_WORDS),
  }
  if (product === undefined || product === null) return { ...visit, product: undefined }
  const productId = id('product/id', product.id, 100)
  return {
    ...visit,
    product: {
      id: productId,
      name: kept(product.name, KEPT_LENGTH) ?? productId,
      category: kept(product.category, 60),
      priceFen: product.priceFen ?? undefined,
    },
  }
}

/** Cut between letters, never within one. */
function kept(written: string | null | undefined, longest: number): string | undefined {
  const text = maskPhones((written ?? '').toWellFormed().trim())
  return text === '' ? undefined : [...text].slice(0, longest).join('').trim()
}
