import { type Desk, toSec } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import type { Paging } from '../paging.ts'
import { int, need, object, objects, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import type { Product } from '../world.ts'
import { needMedia } from './attachments.ts'

/** upload_attachment's attachment_type for albums. */
const ALBUM = 2
const description = text({ chars: 300, tooLong: 41073 })
const price = int({ min: 0, max: 5_000_000, outside: 41086 })
const attachments = objects(
  { type: need(text()), image: object({ media_id: need(text()) }) },
  { max: 9, tooMany: 41064 },
)
type Pictures = { type: string; image: { media_id: string } | undefined }[]

function readPictures(desk: Desk, given: Pictures): string[] {
  if (given.length === 0) refuse(41088, 'attachments empty')
  return given.map(({ type, image }) => {
    if (type !== 'image' || !image) return refuse(41065, 'pictures only')
    needMedia(desk, image.media_id, 'image', ALBUM)
    return image.media_id
  })
}

function readSn(given: string | undefined): string | undefined {
  const isGood = given === undefined || /^[0-9A-Za-z]{0,128}$/.test(given)
  return isGood ? given : refuse(41085, 'invalid product_sn')
}

const needProduct = ({ world }: Desk, id: string): Product => {
  const product = world.products.get(id) ?? refuse(41075, 'invalid product_id')
  return product.deleted ? refuse(41074, 'product deleted') : product
}

const facts = (product: Product) => ({
  product_id: product.productId,
  description: product.description,
  price: product.priceFen,
  product_sn: product.productSn,
  attachments: product.imageMediaIds.map((id) => ({ type: 'image', image: { media_id: id } })),
})

/** The corp's album of products (商品图册). Docs 95096. */
export function productEndpoints(paging: Paging) {
  const at = (name: string): string => `/cgi-bin/externalcontact/${name}`
  const productId = { product_id: need(text(), 41075) }
  return [
    endpoint({
      path: at('add_product_album'),
      method: 'POST',
      params: {
        description: need(description, 41087),
        price: need(price, 41086),
        product_sn: text(),
        attachments,
      },
      handle: (p, desk) => {
        const product: Product = {
          productId: `prod${desk.random.text(28)}`,
          description: p.description,
          priceFen: p.price,
          productSn: readSn(p.product_sn) ?? '',
          imageMediaIds: readPictures(desk, p.attachments ?? []),
          createdAtMs: desk.clock.now(),
          deleted: false,
        }
        desk.world.products.set(product.productId, product)
        return { product_id: product.productId }
      },
    }),
    endpoint({
      path: at('get_product_album'),
      method: 'POST',
      params: productId,
      handle: (p, desk) => {
        const product = needProduct(desk, p.product_id)
        return { product: { ...facts(product), create_time: toSec(product.createdAtMs) } }
      },
    }),
    endpoint({
      path: at('get_product_album_list'),
      method: 'POST',
      params: { limit: int({ min: 1, max: 100 }), cursor: text() },
      empty: { product_list: [], next_cursor: '' },
      handle: (p, { world }) => {
        const { rows, nextCursor } = paging(p.cursor, p.limit ?? 50, () =>
          [...world.products.values()].filter((product) => !product.deleted),
        )
        return { product_list: rows.map(facts), next_cursor: nextCursor }
      },
    }),
    endpoint({
      path: at('update_product_album'),
      method: 'POST',
      params: { ...productId, description, price, product_sn: text(), attachments },
      handle: (p, desk) => {
        const product = needProduct(desk, p.product_id)
        if (p.description === '') refuse(41087, 'description empty')
        const productSn = readSn(p.product_sn) ?? product.productSn
        if (p.attachments !== undefined) product.imageMediaIds = readPictures(desk, p.attachments)
        Object.assign(product, {
          description: p.description ?? product.description,
          priceFen: p.price ?? product.priceFen,
          productSn,
        })
        return {}
      },
    }),
    endpoint({
      path: at('delete_product_album'),
      method: 'POST',
      params: productId,
      handle: (p, desk) => {
        needProduct(desk, p.product_id).deleted = true
        return {}
      },
    }),
  ]
}
