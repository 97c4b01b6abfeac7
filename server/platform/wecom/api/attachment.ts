import Type, { type Static } from 'typebox'
import {
  LINK_DESC_BYTES,
  LINK_TITLE_BYTES,
  MESSAGE_TEXT_BYTES,
  MINI_TITLE_BYTES,
  MOST_ATTACHMENTS,
  URL_BYTES,
} from '../../../core/kernel/wecom-limits.ts'
import { Bytes } from '../wire/text-limits.ts'

const MediaId = Type.String({ minLength: 1 })
const Url = (name: string) => Bytes(URL_BYTES, name)

/** By kind. Image: media_id (lives 3 days) or pic_url (from uploadimg, permanent). A mini-program must be linked to the
 *  corp. Sources: doc 92137, 92135, 92366. */
export const attachmentDetails = {
  image: Type.Union([Type.Object({ media_id: MediaId }), Type.Object({ pic_url: Url('图片网址') })]),
  link: Type.Object({
    title: Bytes(LINK_TITLE_BYTES, '链接标题'),
    url: Url('链接网址'),
    picurl: Type.Optional(Url('链接封面网址')),
    desc: Type.Optional(Bytes(LINK_DESC_BYTES, '链接描述')),
  }),
  miniprogram: Type.Object({
    title: Bytes(MINI_TITLE_BYTES, '小程序标题'),
    appid: Type.String({ minLength: 1 }),
    page: Type.String({ minLength: 1 }),
    pic_media_id: Type.Optional(MediaId),
  }),
  video: Type.Object({ media_id: MediaId }),
  file: Type.Object({ media_id: MediaId }),
}

/** What goes with a welcome or a mass message. */
export const Attachment = Type.Union([
  Type.Object({ msgtype: Type.Literal('image'), image: attachmentDetails.image }),
  Type.Object({ msgtype: Type.Literal('link'), link: attachmentDetails.link }),
  Type.Object({ msgtype: Type.Literal('miniprogram'), miniprogram: attachmentDetails.miniprogram }),
  Type.Object({ msgtype: Type.Literal('video'), video: attachmentDetails.video }),
  Type.Object({ msgtype: Type.Literal('file'), file: attachmentDetails.file }),
])
export type Attachment = Static<typeof Attachment>

/** Text and attachments of a welcome or a mass message. */
export const messageContent = {
  text: Type.Optional(Type.Object({ content: Bytes(MESSAGE_TEXT_BYTES, '消息正文') })),
  attachments: Type.Optional(Type.Array(Attachment, { maxItems: MOST_ATTACHMENTS })),
}
