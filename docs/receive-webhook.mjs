import { createHmac, timingSafeEqual } from 'node:crypto'

/** True when `body` (the bytes as received, before any parsing) comes from Huoshui and is not older than five minutes.
 *  `keys`: those you know; while one is being replaced, the new and the old. */
export function isFromHuoshui({ headers, body, keys, nowMs = Date.now() }) {
  const timestamp = headers['x-huoshui-timestamp'] ?? ''
  if (!/^\d+$/.test(timestamp) || Math.abs(nowMs - Number(timestamp) * 1_000) > 5 * 60_000) return false
  const given = String(headers['x-huoshui-signature'] ?? '').split(',')
  return keys.some((key) => {
    const expected = Buffer.from(
      `sha256=${createHmac('sha256', key).update(`${timestamp}.`).update(body).digest('hex')}`,
    )
    return given.some((one) => one.length === expected.length && timingSafeEqual(Buffer.from(one), expected))
  })
}
