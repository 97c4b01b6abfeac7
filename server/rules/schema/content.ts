import Type, { type Static } from 'typebox'
import { LINK_DESC_BYTES, LINK_TITLE_BYTES, MINI_TITLE_BYTES } from '../../core/kernel/wecom-limits.ts'
import { naming } from './name-kind.ts'

/** A path below `config/assets/`, e.g. `welcome/parcel.png`. */
const Asset = Type.String({
  minLength: 1,
  description: '素材文件，写 config/assets/ 下面的路径，如 welcome/parcel.png',
})

/** The limits are WeCom's; the checks look at them, which count bytes. */
export const AttachmentRule = Type.Union([
  Type.Object({ image: Asset }, { additionalProperties: false }),
  Type.Object(
    {
      link: Type.Object(
        {
          title: Type.String({ minLength: 1, description: `链接标题，不超过 ${LINK_TITLE_BYTES} 字节` }),
          url: Type.String({ minLength: 1, description: '网址，以 https:// 开头' }),
          desc: Type.Optional(Type.String({ description: `链接说明，不超过 ${LINK_DESC_BYTES} 字节` })),
          picurl: Type.Optional(Type.String({ description: '封面图网址' })),
        },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      miniProgram: Type.Object(
        {
          title: Type.String({ minLength: 1, description: `小程序卡片标题，不超过 ${MINI_TITLE_BYTES} 字节` }),
          appid: Type.String({ description: '小程序 appid，wx 开头' }),
          page: Type.String({ description: '打开的页面路径' }),
          cover: Asset,
        },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  ),
  /** The QR code of a group pool, by the pool's name. */
  Type.Object(
    { groupQr: Type.String({ minLength: 1, description: '群池的名字，发它的入群二维码', ...naming('pool') }) },
    { additionalProperties: false },
  ),
])
export type AttachmentRule = Static<typeof AttachmentRule>

const contentWith = (names: string) =>
  Type.Object(
    {
      text: Type.Optional(Type.String({ description: `文字，可用 ${names}，不超过 4000 字节（约 1300 个汉字）` })),
      attachments: Type.Optional(
        Type.Array(AttachmentRule, { maxItems: 9, description: '附件，最多 9 个：image、link、miniProgram、groupQr' }),
      ),
    },
    { additionalProperties: false },
  )

/** Text ≤4,000 UTF-8 bytes after the names are filled in; ≤9 attachments. */
export const ContentRule = contentWith('{客户昵称}、{导购名} 和 {退订链接}')
/** The same words go to all customers of a guide, so only the guide's name can be filled in. */
export const SendContent = contentWith('{导购名}')
export type ContentRule = Static<typeof ContentRule>
