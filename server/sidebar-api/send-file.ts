import { createReadStream } from 'node:fs'
import type { FastifyReply } from 'fastify'
import type { PlacedAsset } from '../records/media/asset-files.ts'

/** Sends a file, or the bytes from `start` to `end`, both with them, without holding it in memory. */
export function sendFile(
  reply: FastifyReply,
  { file, bytes }: PlacedAsset,
  { start, end }: { start: number; end: number } = { start: 0, end: bytes - 1 },
): FastifyReply {
  void reply.header('content-length', end - start + 1)
  // Of an empty file there is no last byte to read to.
  return bytes === 0 ? reply.send('') : reply.send(createReadStream(file, { start, end }))
}
