import Type, { type Static } from 'typebox'

/** A path below `config/assets/`, e.g. `welcome/parcel.png`. */
const Asset = Type.String({ minLength: 1 })

/** WeCom: link title ≤128 bytes, description ≤512 bytes, URLs ≤2,048 bytes; mini-program title ≤64 bytes. */
export const AttachmentRule = Type.Union([
  Type.Object({ image: Asset }, { additionalProperties: false }),
  Type.Object(
    {
      link: Type.Object(
        {
          title: Type.String({ minLength: 1 }),
          url: Type.String({ minLength: 1 }),
          desc: Type.Optional(Type.String()),
          picurl: Type.Optional(Type.String()),
        },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      miniProgram: Type.Object(
        { title: Type.String({ minLength: 1 }), appid: Type.String(), page: Type.String(), cover: Asset },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  ),
  /** The QR code of a group pool, by the pool's name. */
  Type.Object({ groupQr: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
])
export type AttachmentRule = Static<typeof AttachmentRule>

/** Text may hold {客户昵称} and {导购名}; ≤4,000 UTF-8 bytes after filling in; ≤9 attachments. */
export const ContentRule = Type.Object(
  {
    text: Type.Optional(Type.String()),
    attachments: Type.Optional(Type.Array(AttachmentRule, { maxItems: 9 })),
  },
  { additionalProperties: false },
)
export type ContentRule = Static<typeof ContentRule>
