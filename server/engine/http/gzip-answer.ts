import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

const pack = promisify(gzip)
/** Shorter answers fit into one packet anyway. */
const WORTH_BYTES = 1_400

/** An onSend hook: JSON goes packed to whoever can unpack it. */
export async function gzipAnswer(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  reply.header('vary', 'accept-encoding')
  if (typeof payload !== 'string' || payload.length < WORTH_BYTES) return payload
  if (!/\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(request.headers['accept-encoding'] ?? '')) return payload
  reply.removeHeader('content-length').header('content-encoding', 'gzip')
  return pack(payload)
}
