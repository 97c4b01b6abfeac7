import Type, { type Static } from 'typebox'
import {
  FILE_BYTES,
  GROUP_WELCOME_BYTES,
  LINK_DESC_BYTES,
  LINK_TITLE_BYTES,
  MINI_TITLE_BYTES,
  MOMENT_TEXT_CHARS,
  VIDEO_BYTES,
} from '../../core/kernel/wecom-limits.ts'
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

const MB = 1024 * 1024
/** What goes with a script: a guide sends it from the pane, one message each, so that it may be a video or any file, too. */
const VideoRule = Type.Object(
  { video: Type.String({ minLength: 1, description: `config/assets/ 下面的 mp4，不超过 ${VIDEO_BYTES / MB} MB` }) },
  { additionalProperties: false },
)
export const ScriptAttachmentRule = Type.Union([
  ...AttachmentRule.anyOf,
  VideoRule,
  Type.Object(
    {
      file: Type.String({
        minLength: 1,
        description: `config/assets/ 下面的文件，不超过 ${FILE_BYTES / MB} MB；客户看到的就是这个文件名`,
      }),
    },
    { additionalProperties: false },
  ),
])
export type ScriptAttachmentRule = Static<typeof ScriptAttachmentRule>

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
export const ContentRule = contentWith('{客户昵称}、{导购名}、{退订链接} 和 {链接:名字}')
/** The same words go to all customers of a guide, so only the guide's name can be filled in. */
export const SendContent = contentWith('{导购名}')
export const MomentAttachmentRule = Type.Union([...AttachmentRule.anyOf, VideoRule])
export type MomentAttachmentRule = Static<typeof MomentAttachmentRule>
/** The same words for everybody; WeCom takes nine pictures, one video or one link. */
export const MomentContent = Type.Object(
  {
    text: Type.Optional(
      Type.String({ description: `文字，最多 ${MOMENT_TEXT_CHARS} 个字；所有人看到的是同一段，不能写名字` }),
    ),
    attachments: Type.Optional(
      Type.Array(MomentAttachmentRule, {
        maxItems: 9,
        description: '最多 9 张 image，或者 1 个 video（30 秒以内），或者 1 个 link，不能混着放',
      }),
    ),
  },
  { additionalProperties: false },
)
/** Of a group, the same for all its newcomers; WeCom puts in each one's name. Source: doc 92366. */
export const GroupWelcomeContent = Type.Object(
  {
    text: Type.Optional(
      Type.String({ description: `文字，可用 {客户昵称}，不超过 ${GROUP_WELCOME_BYTES} 字节（约 1000 个汉字）` }),
    ),
    attachments: Type.Optional(
      Type.Array(ScriptAttachmentRule, {
        maxItems: 1,
        description: '附件，最多 1 个：image、link、miniProgram、file、video、groupQr',
      }),
    ),
  },
  { additionalProperties: false },
)
export type GroupWelcomeContent = Static<typeof GroupWelcomeContent>
export type ContentRule = Static<typeof ContentRule>
