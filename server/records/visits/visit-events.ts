import Type, { type Static } from 'typebox'
import { leftOut } from '../../core/db/define-table.ts'
import { defineOwnEvent } from '../own-event.ts'
import { VISIT_KINDS, VisitKind } from './visit-kind.ts'

const Maybe = Type.Union([Type.String(), Type.Null()])
const Made = Type.Object({
  externalUserId: Type.String(),
  source: Type.String(),
  visitId: Type.String(),
  kind: VisitKind,
  page: Maybe,
  productId: Maybe,
  /** Its name, or its number where it was told without one. */
  product: Maybe,
  category: Maybe,
  /** Absent in those told by older versions. */
  keyword: Type.Optional(Maybe),
  scene: Type.Optional(Maybe),
  atMs: Type.Number(),
})

const hasCart = ({ kind }: Static<typeof Made>): boolean => kind === 'cart' || kind === 'checkout'

/** A customer looked at something in the shop; told once the customer is known. */
export const VisitMade = defineOwnEvent('visit.made', Made, {
  triggers: [
    {
      name: 'visit.made',
      zh: '逛了商城',
      about: 'customer',
      filters: {
        kind: { zh: '只认这种浏览', oneOf: VISIT_KINDS, holds: ({ kind }, wanted) => kind === wanted },
        product: {
          zh: '只认看这个商品的（名称或编号）',
          goods: 'product',
          holds: ({ product, productId }, wanted) => product === wanted || productId === wanted,
        },
        category: { zh: '只认看这个品类的', goods: 'category', holds: ({ category }, wanted) => category === wanted },
        keyword: {
          zh: '只认搜了带这几个字的',
          holds: ({ keyword }, wanted) => keyword?.includes(wanted) === true,
        },
        scene: {
          zh: '只认从这里进来的：微信场景值，例如 "1011"，或自己链接的编号',
          holds: ({ scene }, wanted) => scene === wanted,
        },
        page: {
          zh: '只认以此开头的页面路径，例如 /pages/goods_details/index',
          holds: ({ page }, wanted) => page?.startsWith(wanted) === true,
        },
        hasCart: {
          zh: 'yes 只认动了购物车或去结账的，no 只认其他的',
          oneOf: ['yes', 'no'],
          holds: (visit, wanted) => hasCart(visit) === (wanted === 'yes'),
        },
      },
    },
  ],
  forwards: ['source', 'visitId', 'kind', 'atMs'],
  replay: leftOut('visits count as known from the beginning'),
})
