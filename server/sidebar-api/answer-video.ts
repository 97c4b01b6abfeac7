import type { FastifyReply } from 'fastify'
import type { PlacedAsset } from '../records/media/asset-files.ts'
import { sendFile } from './send-file.ts'

/** An mp4, or the one part of it that a player asks for: some play nothing that cannot be had in parts. What else `range` says,
 *  also a part that ends before it begins, is answered with the whole, as RFC 9110 sections 14.1.1 and 14.2 have it. */
export function answerVideo(reply: FastifyReply, video: PlacedAsset, range: string | undefined): FastifyReply {
  void reply.headers({ 'content-type': 'video/mp4', 'accept-ranges': 'bytes' })
  const [, from, until = ''] = /^bytes=(\d{1,12})-(\d{0,12})$/.exec(range ?? '') ?? []
  const start = Number(from)
  const asked = until === '' ? Number.POSITIVE_INFINITY : Number(until)
  if (from === undefined || asked < start) return sendFile(reply, video)
  if (start >= video.bytes) return reply.status(416).header('content-range', `bytes */${video.bytes}`).send()
  const end = Math.min(asked, video.bytes - 1)
  return sendFile(reply.status(206).header('content-range', `bytes ${start}-${end}/${video.bytes}`), video, {
    start,
    end,
  })
}
