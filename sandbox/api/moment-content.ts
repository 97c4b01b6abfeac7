import type { Attachment } from '../attachment.ts'
import type { Desk } from '../desk.ts'
import { need, object, objects, readShape, type Shape, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import { needMedia } from './attachments.ts'

const anything = { read: (value: unknown) => value }
/** upload_attachment with attachment_type 1. */
const FOR_MOMENTS = 1
const DETAILS: Record<string, Shape> = {
  image: { media_id: need(text()) },
  video: { media_id: need(text()) },
  link: { title: need(text({ bytes: 64 })), url: need(text({ bytes: 2048 })), media_id: text() },
}
const MOST: Record<string, number> = { image: 9, video: 1, link: 1 }

/** Text and attachments of a moment. Docs 95094. */
export const momentContentParams = {
  text: object({ content: need(text({ chars: 2000 })) }),
  attachments: objects({ msgtype: need(text(), 41065), image: anything, video: anything, link: anything }),
}

interface GivenContent {
  text: { content: string } | undefined
  attachments: (Record<string, unknown> & { msgtype: string })[] | undefined
}

/** Nine pictures, or one video, or one link; media from upload_attachment only. */
export function readMomentContent(p: GivenContent, desk: Desk): { text?: string; attachments: Attachment[] } {
  const given = p.attachments ?? []
  const kind = given[0]?.msgtype
  if (given.some((one) => one.msgtype !== kind)) refuse(41065, 'attachments of different types')
  if (kind !== undefined && given.length > (MOST[kind] ?? refuse(41065, 'invalid attachment type'))) {
    refuse(41064, 'too many attachments')
  }
  const attachments = given.map(({ msgtype, ...rest }): Attachment => {
    const detail = readShape(DETAILS[msgtype] ?? {}, rest[msgtype], msgtype)
    const mediaId = detail.media_id
    if (typeof mediaId === 'string') needMedia(desk, mediaId, msgtype === 'video' ? 'video' : 'image', FOR_MOMENTS)
    const known = Object.entries(detail).filter(([, value]) => value !== undefined)
    return { msgtype, [msgtype]: Object.fromEntries(known) }
  })
  const content = p.text?.content ?? ''
  if (content === '' && attachments.length === 0) refuse(41089, 'text and attachments both empty')
  return { attachments, ...(content === '' ? {} : { text: content }) }
}
