import { createCipheriv } from 'node:crypto'
import { getSignature } from '@wecom/crypto'
import { credentials } from '../../sandbox/credentials.ts'

/** What is not as WeCom does it inside the encryption; each absent when it is. */
export interface OddFrame {
  /** In the length field. */
  length?: number
  receiver?: string
  /** The whole padding. */
  padding?: number[]
  /** Bytes of the frame, cut off before padding. */
  cut?: number
}

const key = Buffer.from(`${credentials.aesKey}=`, 'base64')
const RANDOM = Buffer.alloc(16, 7)
const BLOCK = 32

/** Encrypts and signs as who has the key could: always the same bytes for the same message. */
export function sealOdd(
  message: Buffer,
  { timestamp, nonce, frame = {} }: { timestamp: string; nonce: string; frame?: OddFrame },
): { encrypt: string; signature: string } {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(frame.length ?? message.length)
  const receiver = Buffer.from(frame.receiver ?? credentials.corpId)
  const whole = Buffer.concat([RANDOM, length, message, receiver])
  const body = whole.subarray(0, whole.length - (frame.cut ?? 0))
  const size = BLOCK - (body.length % BLOCK)
  const padded = Buffer.concat([
    body,
    frame.padding === undefined ? Buffer.alloc(size, size) : Buffer.from(frame.padding),
  ])
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  // AES itself takes blocks of 16 only; the rest stays as it is, so that such a ciphertext can be sent, too.
  const blocks = padded.subarray(0, padded.length - (padded.length % 16))
  const sealed = Buffer.concat([cipher.update(blocks), cipher.final(), padded.subarray(blocks.length)])
  const encrypt = sealed.toString('base64')
  return { encrypt, signature: getSignature(credentials.callbackToken, timestamp, nonce, encrypt) }
}

/** Whether WeCom could have sent it, judged anew: one length, one receiver, one to 32 equal bytes that fill the block. */
export function isSoundFrame(message: Buffer, frame: OddFrame): boolean {
  if ((frame.length ?? message.length) !== message.length) return false
  if ((frame.receiver ?? credentials.corpId) !== credentials.corpId || (frame.cut ?? 0) > 0) return false
  if (frame.padding === undefined) return true
  const size = BLOCK - ((20 + message.length + credentials.corpId.length) % BLOCK)
  return frame.padding.length === size && frame.padding.every((byte) => byte === size)
}
