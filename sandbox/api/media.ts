import { DAY_MS } from '../../server/core/kernel/shanghai.ts'
import { type Desk, toSec } from '../desk.ts'
import { type BinaryAnswer, endpoint } from '../endpoint.ts'
import { int, need, text } from '../params.ts'
import { createQuota } from '../quota.ts'
import { refuse } from '../refusal.ts'
import { needMedia } from './attachments.ts'
import { keepMedia, MAX_ATTACHMENT_BYTES, MAX_BYTES, MAX_UPLOADIMG_BYTES } from './media-files.ts'

const mediaId = { media_id: need(text(), 41006) }

function fileOf(desk: Desk, id: string, contentType?: string): BinaryAnswer {
  const media = desk.world.media.get(id) ?? refuse(40007, 'invalid media_id')
  needMedia(desk, media.mediaId, media.type, media.attachmentType)
  return { binary: media.bytes, contentType: contentType ?? media.contentType, filename: media.filename }
}

/** Temporary and permanent files. Docs 90253, 90256, 90254, 90255, 95098. */
export function mediaEndpoints() {
  const imagesADay = createQuota(1_000, DAY_MS)
  const imagesAMonth = createQuota(3_000, 30 * DAY_MS)
  return [
    endpoint({
      path: '/cgi-bin/media/upload',
      method: 'POST',
      kind: 'upload',
      params: { type: need(text(), 40004) },
      handle: (p, desk, part) => {
        const maxBytes = MAX_BYTES.get(p.type) ?? refuse(40004, 'invalid media type')
        const media = keepMedia(desk, part, { type: p.type, maxBytes })
        return { type: p.type, media_id: media.mediaId, created_at: String(toSec(media.createdAtMs)) }
      },
    }),
    endpoint({
      path: '/cgi-bin/media/uploadimg',
      method: 'POST',
      kind: 'upload',
      params: {},
      handle: (_p, desk, part) => {
        imagesADay.spend(desk.clock.now())
        imagesAMonth.spend(desk.clock.now())
        const media = keepMedia(desk, part, { type: 'image', maxBytes: MAX_UPLOADIMG_BYTES })
        media.type = 'uploadimg' // a permanent URL, no media_id
        return { url: `${desk.url()}/_sandbox/media/${media.mediaId}` }
      },
    }),
    endpoint({
      path: '/cgi-bin/media/upload_attachment',
      method: 'POST',
      kind: 'upload',
      params: { media_type: need(text(), 40004), attachment_type: need(int({ min: 1, max: 2 })) },
      handle: (p, desk, part) => {
        // An album takes pictures only.
        const types = p.attachment_type === 1 ? ['image', 'video', 'file'] : ['image']
        if (!types.includes(p.media_type)) refuse(40004, 'invalid media type')
        const { media_type: type, attachment_type: attachmentType } = p
        const media = keepMedia(desk, part, { type, maxBytes: MAX_ATTACHMENT_BYTES, tooLarge: 41080, attachmentType })
        return { type, media_id: media.mediaId, created_at: toSec(media.createdAtMs) }
      },
    }),
    endpoint({
      path: '/cgi-bin/media/get',
      method: 'GET',
      params: mediaId,
      handle: (p, desk) => fileOf(desk, p.media_id),
    }),
    endpoint({
      path: '/cgi-bin/media/get/jssdk',
      method: 'GET',
      params: mediaId,
      handle: (p, desk) => {
        // Voice that a page recorded, in 16 kHz speex.
        if (desk.world.media.get(p.media_id)?.type !== 'voice') refuse(40007, 'invalid media_id')
        return fileOf(desk, p.media_id, 'audio/speex')
      },
    }),
  ]
}
