import Type, { type Static } from 'typebox'

/** `view`: a page or goods · `cart`: put goods into the cart, changed how many, or took them out (0) · `checkout`: went to pay. */
export const VisitKind = Type.Union([
  Type.Literal('view'),
  Type.Literal('cart'),
  Type.Literal('checkout'),
  Type.Literal('search'),
  Type.Literal('favourite'),
])
export type VisitKind = Static<typeof VisitKind>
export const VISIT_KINDS = ['view', 'cart', 'checkout', 'search', 'favourite'] as const satisfies VisitKind[]
