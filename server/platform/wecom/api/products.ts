import Type, { type Static } from 'typebox'
import type { Call } from '../call.ts'
import { post } from '../wire/endpoint.ts'
import { Characters } from '../wire/text-limits.ts'
import { Cursor, Done, Id, NextCursor, optionalInteger, optionalText } from './common.ts'

/** A picture from upload_attachment for albums (attachment_type 2), within three days. */
const Picture = Type.Object({ type: Type.Literal('image'), image: Type.Object({ media_id: Id }) })
const fields = {
  description: Characters(300, '商品描述'),
  /** Fen, up to 50,000 yuan. */
  price: Type.Integer({ minimum: 0, maximum: 5_000_000 }),
  attachments: Type.Array(Picture, { minItems: 1, maxItems: 9 }),
}
const productSn = Type.Optional(
  Type.Refine(
    Type.String(),
    (value) => /^[0-9A-Za-z]{0,128}$/.test(value),
    () => '「商品编码」只能是字母和数字，最多 128 个',
  ),
)

export const Product = Type.Object({
  product_id: Id,
  description: optionalText,
  /** Fen. */
  price: optionalInteger,
  product_sn: optionalText,
  attachments: Type.Optional(
    Type.Array(Type.Object({ type: optionalText, image: Type.Optional(Type.Object({ media_id: optionalText })) })),
  ),
  /** Unix seconds; not told in lists. */
  create_time: optionalInteger,
})
export type Product = Static<typeof Product>

const one = Type.Object({ product_id: Id })
const Add = post({
  path: '/cgi-bin/externalcontact/add_product_album',
  request: Type.Object({ ...fields, product_sn: productSn }),
  answer: one,
})
const Get = post({
  path: '/cgi-bin/externalcontact/get_product_album',
  repeatable: true,
  request: one,
  answer: Type.Object({ product: Product }),
})
const List = post({
  path: '/cgi-bin/externalcontact/get_product_album_list',
  repeatable: true,
  request: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })), cursor: Cursor }),
  answer: Type.Object({ product_list: Type.Optional(Type.Array(Product)), next_cursor: NextCursor }),
})
const Update = post({
  path: '/cgi-bin/externalcontact/update_product_album',
  repeatable: true,
  request: Type.Object({
    product_id: Id,
    description: Type.Optional(fields.description),
    price: Type.Optional(fields.price),
    product_sn: productSn,
    attachments: Type.Optional(fields.attachments),
  }),
  answer: Done,
})
const Del = post({ path: '/cgi-bin/externalcontact/delete_product_album', request: one, answer: Done })

/** The corp's album of products (商品图册), which guides send from the chat toolbar. Doc 95096. */
export const createProducts = (call: Call) => ({
  /** description ≤300 characters, price in fen, 1–9 pictures. Throws 41072 for pictures uploaded for another use. NOT
   *  safe to repeat: each call makes another. */
  add: (body: Static<typeof Add.request>) => call(Add, body),
  /** Throws 41074 when deleted, 41075 when unknown. Safe to repeat. */
  get: (body: Static<typeof Get.request>) => call(Get, body),
  /** limit ≤100 (default 50). Safe to repeat. */
  list: (body: Static<typeof List.request> = {}) => call(List, body),
  /** What is left out stays. Safe to repeat. */
  update: (body: Static<typeof Update.request>) => call(Update, body),
  /** Repeating throws 41074. */
  del: (body: Static<typeof Del.request>) => call(Del, body),
})
