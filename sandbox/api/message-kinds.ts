import type { Desk } from '../desk.ts'
import { need, objects, readShape, type Shape, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import { needMedia } from './attachments.ts'
import { checkTemplateCard } from './template-cards.ts'

type Json = Record<string, unknown>
const anything = { read: (value: unknown) => value }
const content: Shape = { content: need(text({ bytes: 2048, tooLong: 45002 }), 44004) }
const mediaId = need(text(), 40007)
const articles = (shape: Shape): Shape => ({ articles: need(objects(shape, { max: 8, tooMany: 45008 })) })

const SHAPES: Record<string, Shape> = {
  text: content,
  markdown: content,
  image: { media_id: mediaId },
  voice: { media_id: mediaId },
  video: { media_id: mediaId, title: text(), description: text() },
  file: { media_id: mediaId },
  textcard: { title: need(text()), description: need(text()), url: need(text({ bytes: 2048 })), btntxt: text() },
  news: articles({ title: need(text()), url: text({ bytes: 2048 }), appid: text(), pagepath: text() }),
  mpnews: articles({ title: need(text()), thumb_media_id: mediaId, content: need(text({ bytes: 666 * 1024 })) }),
  miniprogram_notice: {
    appid: need(text(), 90200),
    page: text(),
    title: need(text()),
    content_item: objects({ key: need(text()), value: need(text()) }, { max: 10 }),
  },
  template_card: {},
}
/** Of message/send (docs 90236); chats of the app take a part of them (docs 90248). */
export const MESSAGE_KINDS: readonly string[] = Object.keys(SHAPES)
/** A parameter for the content of each msgtype. */
export const kindParams = (kinds: readonly string[]) => Object.fromEntries(kinds.map((kind) => [kind, anything]))

/** The content of a message, checked; refuses what the platform would. */
export function readMessage(desk: Desk, msgtype: string, given: unknown): Json {
  const shape = SHAPES[msgtype] ?? refuse(40008, 'invalid msgtype')
  const body = typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as Json) : {} // just checked
  const detail = readShape(shape, body, msgtype)
  if (typeof detail.media_id === 'string') needMedia(desk, detail.media_id, msgtype)
  if (msgtype === 'template_card') checkTemplateCard(body)
  if (msgtype === 'news') {
    const { articles: list } = detail as { articles: { url?: string; appid?: string }[] } // read by its shape above
    if (list.some((article) => !article.url && !article.appid)) refuse(40058, 'url missing')
  }
  return body
}
