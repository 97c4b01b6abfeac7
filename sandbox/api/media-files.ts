import { pictureSize } from '../../server/core/kernel/picture-size.ts'
import type { Desk } from '../desk.ts'
import type { UploadedPart } from '../http/multipart.ts'
import { refuse } from '../refusal.ts'
import type { Media } from '../world.ts'

const MB = 1024 * 1024
/** Largest file in bytes by kind; all must be larger than 5 bytes. Docs 90253. */
export const MAX_BYTES: ReadonlyMap<string, number> = new Map([
  ['image', 10 * MB],
  ['voice', 2 * MB],
  ['video', 10 * MB],
  ['file', 20 * MB],
])
export const MAX_UPLOADIMG_BYTES = 2 * MB
/** Docs 95098. */
export const MAX_ATTACHMENT_BYTES = 10 * MB
const MAX_MOMENT_PIXELS = 1440 * 1080

const ENDINGS: Record<string, RegExp> = { image: /\.(jpe?g|png)$/i, video: /\.mp4$/i, voice: /\.amr$/i }
const CONTENT_TYPES: Record<string, RegExp> = {
  image: /^image\/(jpe?g|png)/i,
  video: /^video\/mp4/i,
  voice: /^audio\/amr/i,
}

/** The file as one of its kind: 40004 for another ending and content type. */
export function checkKind(part: { filename: string; contentType: string }, type: string): void {
  const isSo = ENDINGS[type]?.test(part.filename) || CONTENT_TYPES[type]?.test(part.contentType)
  if (ENDINGS[type] !== undefined && !isSo) refuse(40004, 'invalid media type')
}

/** Keeps an uploaded file under a new media_id. `attachmentType`: 1 for moments, 2 for product albums. */
export function keepMedia(
  { world, clock, random }: Desk,
  part: UploadedPart | undefined,
  options: { type: string; maxBytes: number; tooLarge?: number; attachmentType?: number },
): Media {
  const { type, maxBytes, tooLarge = 45001, attachmentType } = options
  if (!part || part.bytes.length <= 5) return refuse(44001, 'empty media data')
  if (part.bytes.length > maxBytes) refuse(tooLarge, 'media size out of limit')
  checkKind(part, type)
  const size = attachmentType === 1 && type === 'image' ? pictureSize(part.bytes) : undefined
  if (size && size.width * size.height > MAX_MOMENT_PIXELS) refuse(41081, 'picture has too many pixels')
  const media: Media = {
    mediaId: `3Sandbox${random.text(55)}`,
    type,
    filename: part.filename,
    contentType: part.contentType,
    bytes: part.bytes,
    createdAtMs: clock.now(),
    ...(attachmentType === undefined ? {} : { attachmentType }),
  }
  world.media.set(media.mediaId, media)
  return media
}
