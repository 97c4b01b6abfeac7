import Type, { type TSchema } from 'typebox'
import { APP_TEXT_BYTES, LINK_DESC_BYTES, LINK_TITLE_BYTES, URL_BYTES } from '../../../core/kernel/wecom-limits.ts'
import { Bytes } from '../wire/text-limits.ts'
import { Id, optionalText } from './common.ts'
import { TemplateCard } from './template-card.ts'

const content = (name: string) => Type.Object({ content: Bytes(APP_TEXT_BYTES, name) })
const Media = Type.Object({ media_id: Id })
const articles = <Article extends TSchema>(article: Article) =>
  Type.Object({ articles: Type.Array(article, { minItems: 1, maxItems: 8 }) })

const TextBody = content('应用消息正文')
const VideoBody = Type.Object({ media_id: Id, title: optionalText, description: optionalText })
const TextCard = Type.Object({
  title: Bytes(LINK_TITLE_BYTES, '卡片标题'),
  description: Bytes(LINK_DESC_BYTES, '卡片描述'),
  url: Bytes(URL_BYTES, '卡片网址'),
  btntxt: optionalText,
})
/** `url`, or a mini-program by appid and pagepath. */
const News = articles(
  Type.Refine(
    Type.Object({
      title: Bytes(LINK_TITLE_BYTES, '图文标题'),
      description: Type.Optional(Bytes(LINK_DESC_BYTES, '图文描述')),
      url: Type.Optional(Bytes(URL_BYTES, '图文网址')),
      picurl: optionalText,
      appid: optionalText,
      pagepath: optionalText,
    }),
    (value) => value.url !== undefined || value.appid !== undefined,
    () => '图文消息要写明点开的网址或小程序',
  ),
)
const MpNews = articles(
  Type.Object({
    title: Bytes(LINK_TITLE_BYTES, '图文标题'),
    thumb_media_id: Id,
    author: optionalText,
    content_source_url: optionalText,
    content: Bytes(666 * 1024, '图文内容'),
    digest: Type.Optional(Bytes(LINK_DESC_BYTES, '图文摘要')),
  }),
)
const MiniProgramNotice = Type.Object({
  appid: Type.String({ minLength: 1 }),
  page: optionalText,
  title: Type.String({ minLength: 1 }),
  description: optionalText,
  emphasis_first_item: Type.Optional(Type.Boolean()),
  content_item: Type.Optional(Type.Array(Type.Object({ key: Type.String(), value: Type.String() }), { maxItems: 10 })),
})

/** What a chat of the app takes; one schema for each msgtype. Doc 90248. */
export const ChatMessage = Type.Union([
  Type.Object({ msgtype: Type.Literal('text'), text: TextBody }),
  Type.Object({ msgtype: Type.Literal('markdown'), markdown: TextBody }),
  Type.Object({ msgtype: Type.Literal('image'), image: Media }),
  Type.Object({ msgtype: Type.Literal('voice'), voice: Media }),
  Type.Object({ msgtype: Type.Literal('video'), video: VideoBody }),
  Type.Object({ msgtype: Type.Literal('file'), file: Media }),
  Type.Object({ msgtype: Type.Literal('textcard'), textcard: TextCard }),
  Type.Object({ msgtype: Type.Literal('news'), news: News }),
  Type.Object({ msgtype: Type.Literal('mpnews'), mpnews: MpNews }),
])
/** What a member gets besides. Doc 90236. */
export const MemberMessage = Type.Union([
  ChatMessage,
  Type.Object({ msgtype: Type.Literal('miniprogram_notice'), miniprogram_notice: MiniProgramNotice }),
  Type.Object({ msgtype: Type.Literal('template_card'), template_card: TemplateCard }),
])
