import { createHmac } from 'node:crypto'

/** Value of X-Huoshui-Signature: `sha256=<hex HMAC-SHA256 of "timestamp.body">`, one for each key, joined by commas: while a
 *  key is being replaced, a receiver that knows either finds its own. `timestamp`: Unix seconds as text. */
export const signDelivery = (secrets: readonly string[], timestamp: string, body: string): string =>
  secrets
    .map((secret) => `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`)
    .join(',')
