import { createHmac, timingSafeEqual } from 'node:crypto'
import { AppError } from '../../core/kernel/app-error.ts'

const WINDOW_MS = 5 * 60_000

/** `v2`: over method and path as well, so that what was signed for one route is good for no other. `any`: also the form
 *  of before, over time and body alone. */
export const SIGNATURE_FORMS = ['any', 'v2'] as const
export type SignatureForms = (typeof SIGNATURE_FORMS)[number]

export interface SignedRequest {
  /** X-Huoshui-Timestamp: Unix seconds. */
  timestamp: string | undefined
  /** X-Huoshui-Signature: `v2=<hex HMAC-SHA256 of "timestamp.POST./api/orders.body">`, or in the form of before
   *  `sha256=<hex HMAC-SHA256 of "timestamp.body">`. */
  signature: string | undefined
  method: string
  /** Without the query. */
  path: string
  /** As received, byte for byte. */
  body: Buffer
}

/** Throws `<what>.unsigned`, `<what>.stale` or `<what>.bad-signature`, all status 401. */
export function checkSignature(
  { timestamp, signature, method, path, body }: SignedRequest,
  { what, secret, forms, nowMs }: { what: string; secret: string; forms: SignatureForms; nowMs: number },
): void {
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) {
    throw new AppError(
      `${what}.unsigned`,
      'send X-Huoshui-Timestamp (Unix seconds) and X-Huoshui-Signature (v2=<hex>)',
      { status: 401, zh: '缺少签名：请带上 X-Huoshui-Timestamp 和 X-Huoshui-Signature 两个请求头。' },
    )
  }
  const [, form, given] = /^(v2|sha256)=([0-9a-f]{64})$/i.exec(signature) ?? []
  const isOld = form?.toLowerCase() === 'sha256'
  if (isOld && forms === 'v2') {
    throw new AppError(
      `${what}.old-signature`,
      'sha256=… is not taken here (ORDERS_SIGNATURE=v2): sign "timestamp.method.path.body" and send v2=<hex>',
      { status: 401, zh: '这里只认新的签名：对“时间戳.方法.路径.请求体原文”签名，写成 v2=…（ORDERS_SIGNATURE=v2）。' },
    )
  }
  const bound = isOld ? `${timestamp}.` : `${timestamp}.${method}.${path}.`
  const expected = createHmac('sha256', secret).update(bound).update(body).digest()
  // Of equal length always, so that the comparison takes equally long whatever was sent.
  const bytes = given === undefined ? Buffer.alloc(expected.length) : Buffer.from(given, 'hex')
  if (!timingSafeEqual(bytes, expected)) {
    throw new AppError(
      `${what}.bad-signature`,
      `the signature does not match "${isOld ? 'timestamp.body' : `timestamp.${method}.${path}.body`}" under ORDERS_SECRET`,
      {
        status: 401,
        zh: `签名不对：请核对 ORDERS_SECRET，签名内容是“${isOld ? '时间戳.请求体原文' : `时间戳.${method}.${path}.请求体原文`}”。`,
      },
    )
  }
  if (Math.abs(nowMs - Number(timestamp) * 1_000) > WINDOW_MS) {
    throw new AppError(`${what}.stale`, 'X-Huoshui-Timestamp is more than five minutes away from our clock', {
      status: 401,
      zh: '时间戳与服务器相差超过五分钟：请校准发送方的时钟后重新签名。',
    })
  }
}
