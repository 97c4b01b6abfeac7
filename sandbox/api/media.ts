import { type Desk, toSec } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import type { UploadedPart } from '../http/multipart.ts'
import { need, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import type { Media } from '../world.ts'
import { needMedia } from './attachments.ts'

const MB = 1024 * 1024
/** Largest file in bytes by kind; all must be larger than 5 bytes. Docs 90253. */
const MAX_BYTES = new Map([
  ['image', 10 * MB],
  ['voice', 2 * MB],
  ['video', 10 * MB],
  ['file', 20 * MB],
])
const MAX_UPLOADIMG_BYTES = 2 * MB

function keep({ world, clock, random }: Desk, part: UploadedPart | undefined, type: string, maxBytes: number): Media {
  if (!part || part.bytes.length <= 5) return refuse(44001, 'empty media data')
  if (part.bytes.length > maxBytes) refuse(45001, 'media size out of limit')
  const isPicture = /\.(jpe?g|png)$/i.test(part.filename) || /^image\/(jpe?g|png)/i.test(part.contentType)
  if (type === 'image' && !isPicture) refuse(40004, 'invalid media type')
  const media: Media = {
    mediaId: `3Sandbox${random.text(55)}`,
    type,
    filename: part.filename,
    contentType: part.contentType,
    bytes: part.bytes,
    createdAtMs: clock.now(),
  }
  world.media.set(media.mediaId, media)
  return media
}

/** Temporary and permanent files. Docs 90253, 90256, 90254. */
export function mediaEndpoints() {
  return [
    endpoint({
      path: '/cgi-bin/media/upload',
      method: 'POST',
      kind: 'upload',
      params: { type: need(text(), 40004) },
      handle: (p, desk, part) => {
        const maxBytes = MAX_BYTES.get(p.type) ?? refuse(40004, 'invalid media type')
        const media = keep(desk, part, p.type, maxBytes)
        return { type: p.type, media_id: media.mediaId, created_at: String(toSec(media.createdAtMs)) }
      },
    }),
    endpoint({
      path: '/cgi-bin/media/uploadimg',
      method: 'POST',
      kind: 'upload',
      params: {},
      handle: (_p, desk, part) => {
        const media = keep(desk, part, 'image', MAX_UPLOADIMG_BYTES)
        media.type = 'uploadimg' // a permanent URL, no media_id
        return { url: `${desk.url()}/_sandbox/media/${media.mediaId}` }
      },
    }),
    endpoint({
      path: '/cgi-bin/media/get',
      method: 'GET',
      params: { media_id: need(text(), 41006) },
      handle: (p, desk) => {
        const media = desk.world.media.get(p.media_id) ?? refuse(40007, 'invalid media_id')
        needMedia(desk, media.mediaId, media.type)
        return { binary: media.bytes, contentType: media.contentType, filename: media.filename }
      },
    }),
  ]
}
