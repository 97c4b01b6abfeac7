import { createDecipheriv, timingSafeEqual } from 'node:crypto'
import { encrypt, getSignature } from '@wecom/crypto'
import { AppError } from '../../../core/kernel/app-error.ts'
import type { Signed } from '../../../engine/inbox/callback-route.ts'

export interface CallbackSecrets {
  /** ≤32 letters and digits, as set in the console. */
  token: string
  /** EncodingAESKey: 43 characters of base64. */
  aesKey: string
  /** Who messages are for. A self-built app: the corp id. */
  corpId: string
}

const BLOCK = 32
const RANDOM_BYTES = 16
const LENGTH_BYTES = 4

/** Not fatal: a name that was cut within a character shall not cost the whole event, which is surely WeCom's. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

const badBody = (what: string): AppError => new AppError('callback.bad-body', what, { status: 400 })

/** True for a key that can be used; the console's keys are 43 letters and digits. */
const isEncodingAesKey = (text: string): boolean => /^[A-Za-z0-9+/]{43}$/.test(text)

/** Opens and seals what WeCom sends to the callback URL. The official @wecom/crypto signs and encrypts; it checks neither
 *  the receiver nor padding nor lengths, so opening is done here, strictly. Sources: docs 90930, 90968.
 *  Throws callback.bad-key when the EncodingAESKey is not 43 characters of base64. */
export function createCallbackCrypto({ token, aesKey, corpId }: CallbackSecrets) {
  if (!isEncodingAesKey(aesKey)) {
    throw new AppError('callback.bad-key', 'EncodingAESKey must be 43 characters of base64', {
      zh: 'EncodingAESKey 应为 43 位字母或数字，请从企业微信后台「接收消息」设置里重新复制',
    })
  }
  const key = Buffer.from(`${aesKey}=`, 'base64')
  const iv = key.subarray(0, 16)
  const receiver = Buffer.from(corpId)

  function checkSignature({ signature, timestamp, nonce }: Signed, sealed: string): void {
    const expected = Buffer.from(getSignature(token, timestamp, nonce, sealed))
    const given = Buffer.from(signature)
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new AppError('callback.bad-signature', 'the signature does not match', { status: 403 })
    }
  }

  function decrypt(sealed: string): Buffer {
    const bytes = Buffer.from(sealed, 'base64')
    // Node leaves out what is no base64, so it comes out too short; and it takes the other alphabet as well.
    const unpadded = sealed.endsWith('==')
      ? sealed.length - 2
      : sealed.endsWith('=')
        ? sealed.length - 1
        : sealed.length
    if (bytes.length !== Math.floor((unpadded * 3) / 4) || sealed.includes('-') || sealed.includes('_')) {
      throw badBody('the ciphertext is not base64')
    }
    if (bytes.length === 0 || bytes.length % BLOCK !== 0) throw badBody('the ciphertext is truncated')
    const decipher = createDecipheriv('aes-256-cbc', key, iv)
    // WeCom pads to 32 bytes; the library's own check is for 16.
    decipher.setAutoPadding(false)
    const padded = Buffer.concat([decipher.update(bytes), decipher.final()])
    const padding = padded[padded.length - 1] ?? 0
    const end = padded.length - padding
    if (padding < 1 || padding > BLOCK || padded.subarray(end).some((byte) => byte !== padding)) {
      throw badBody('the padding is wrong')
    }
    return padded.subarray(0, end)
  }

  return {
    /** The message inside, after the signature, the padding, the length and the receiver are found right; U+FFFD for bytes
     *  that are no UTF-8.
     *  Throws callback.bad-signature and callback.wrong-corp (403), callback.bad-body (400). */
    open: (signed: Signed, sealed: string): string => {
      checkSignature(signed, sealed)
      const plain = decrypt(sealed)
      const start = RANDOM_BYTES + LENGTH_BYTES
      if (plain.length < start) throw badBody('the plaintext is too short')
      const end = start + plain.readUInt32BE(RANDOM_BYTES)
      if (end > plain.length) throw badBody('the length field is out of bounds')
      if (!plain.subarray(end).equals(receiver)) {
        throw new AppError('callback.wrong-corp', 'the message is for another receiver', { status: 403 })
      }
      return utf8.decode(plain.subarray(start, end))
    },

    /** A message as WeCom itself would send it; timestamp: unix seconds. */
    seal: (message: string, { timestamp, nonce }: { timestamp: string; nonce: string }) => {
      const sealed = encrypt(aesKey, message, corpId)
      return { encrypt: sealed, signature: getSignature(token, timestamp, nonce, sealed), timestamp, nonce }
    },
  }
}
