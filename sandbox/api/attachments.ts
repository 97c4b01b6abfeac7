import type { Attachment } from '../attachment.ts'
import type { Desk } from '../desk.ts'
import { need, object, objects, readShape, type Shape, text } from '../params.ts'
import { refuse } from '../refusal.ts'

/** A temporary media_id lives three days. */
const MEDIA_LIFE_MS = 3 * 86_400_000
const MAX_ATTACHMENTS = 9

/** Refuses (40007) an id that was never uploaded, is older than 3 days or of another kind. `attachmentType`: must come
 *  from upload_attachment for that use, 1 moments or 2 product albums (41072); without it, must not. */
export function needMedia({ world, clock }: Desk, mediaId: string, type: string, attachmentType?: number): void {
  const media = world.media.get(mediaId)
  const isAlive = media !== undefined && clock.now() - media.createdAtMs < MEDIA_LIFE_MS
  if (!isAlive || media.type !== type) refuse(40007, 'invalid media_id')
  if (media?.attachmentType !== attachmentType) refuse(41072, 'attachment used in the wrong place')
}

const DETAILS: Record<string, Shape> = {
  image: { media_id: text(), pic_url: text({ bytes: 2048 }) },
  link: {
    title: need(text({ bytes: 128 })),
    desc: text({ bytes: 512 }),
    url: need(text({ bytes: 2048 })),
    picurl: text({ bytes: 2048 }),
  },
  miniprogram: { title: need(text({ bytes: 64 })), appid: need(text()), page: need(text()), pic_media_id: text() },
  video: { media_id: need(text()) },
  file: { media_id: need(text()) },
}

/** Text and attachments of welcome and mass messages. Docs 92137, 92135. */
export const contentParams = {
  text: object({ content: text({ bytes: 4000 }) }),
  attachments: objects(
    {
      msgtype: need(text(), 41065),
      image: { read: (value: unknown) => value },
      link: { read: (value: unknown) => value },
      miniprogram: { read: (value: unknown) => value },
      video: { read: (value: unknown) => value },
      file: { read: (value: unknown) => value },
    },
    { max: MAX_ATTACHMENTS, tooMany: 41064 },
  ),
}

interface GivenContent {
  text: { content: string | undefined } | undefined
  attachments: (Record<string, unknown> & { msgtype: string })[] | undefined
}

/** One attachment by the limits of its kind; refuses dead media (40007) and unknown kinds (41065). */
export function readAttachment(desk: Desk, kind: string, value: unknown): Record<string, unknown> {
  const shape = DETAILS[kind] ?? refuse(41065, 'invalid attachment type')
  const detail = readShape(shape, value, kind)
  const mediaId = detail.media_id
  if (kind === 'image' && !mediaId && !detail.pic_url) refuse(40058, 'media_id or pic_url needed')
  if (typeof mediaId === 'string' && mediaId !== '') needMedia(desk, mediaId, kind)
  if (typeof detail.pic_media_id === 'string') needMedia(desk, detail.pic_media_id, 'image')
  return Object.fromEntries(Object.entries(detail).filter(([, given]) => given !== undefined))
}

/** Checks every attachment against its own limits; refuses empty content. */
export function readContent(p: GivenContent, desk: Desk): { text?: string; attachments: Attachment[] } {
  const attachments = (p.attachments ?? []).map((given): Attachment => {
    const detail = readAttachment(desk, given.msgtype, given[given.msgtype])
    return { msgtype: given.msgtype, [given.msgtype]: detail }
  })
  const content = p.text?.content ?? ''
  if (content === '' && attachments.length === 0) refuse(40058, 'text and attachments both empty')
  return { attachments, ...(content === '' ? {} : { text: content }) }
}
