import { createHmac, timingSafeEqual } from 'node:crypto'
import { AppError } from '../../core/kernel/app-error.ts'

const WINDOW_MS = 5 * 60_000

export interface SignedRequest {
  /** X-Huoshui-Timestamp: Unix seconds. */
  timestamp: string | undefined
  /** X-Huoshui-Signature: `sha256=<hex HMAC-SHA256 of "timestamp.body">`. */
  signature: string | undefined
  /** As received, byte for byte. */
  body: Buffer
}

/** Throws `<what>.unsigned`, `<what>.stale` or `<what>.bad-signature`, all status 401. */
export function checkSignature(
  { timestamp, signature, body }: SignedRequest,
  { what, secret, nowMs }: { what: string; secret: string; nowMs: number },
): void {
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) {
    throw new AppError(
      `${what}.unsigned`,
      'send X-Huoshui-Timestamp (Unix seconds) and X-Huoshui-Signature (sha256=<hex>)',
      { status: 401, zh: '缺少签名：请带上 X-Huoshui-Timestamp 和 X-Huoshui-Signature 两个请求头。' },
    )
  }
  const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest()
  const given = /^sha256=([0-9a-f]{64})$/i.exec(signature)?.[1]
  // Of equal length always, so that the comparison takes equally long whatever was sent.
  const bytes = given === undefined ? Buffer.alloc(expected.length) : Buffer.from(given, 'hex')
  if (!timingSafeEqual(bytes, expected)) {
    throw new AppError(`${what}.bad-signature`, 'the signature does not match "timestamp.body" under ORDERS_SECRET', {
      status: 401,
      zh: '签名不对：请核对 ORDERS_SECRET，签名内容是“时间戳.请求体原文”。',
    })
  }
  if (Math.abs(nowMs - Number(timestamp) * 1_000) > WINDOW_MS) {
    throw new AppError(`${what}.stale`, 'X-Huoshui-Timestamp is more than five minutes away from our clock', {
      status: 401,
      zh: '时间戳与服务器相差超过五分钟：请校准发送方的时钟后重新签名。',
    })
  }
}
