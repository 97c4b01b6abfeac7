import { createHmac, timingSafeEqual } from 'node:crypto'

/** Signed, not encrypted: `<base64url of the JSON>.<base64url HMAC-SHA256>`. `purpose` is part of what is signed, so that
 *  a token made for one thing (a session) is never taken for another (the state of a login). */
export function signToken(secret: string, purpose: string, content: Record<string, string | number>): string {
  const body = Buffer.from(JSON.stringify(content)).toString('base64url')
  return `${body}.${mac(secret, purpose, body)}`
}

/** The content, or undefined when anything about the token is wrong. Expiry is the caller's to check. */
export function readToken(
  secret: string,
  purpose: string,
  token: string | undefined,
): Record<string, unknown> | undefined {
  const [body, signature, more] = (token ?? '').split('.')
  if (body === undefined || signature === undefined || more !== undefined) return undefined
  const given = Buffer.from(signature)
  const expected = Buffer.from(mac(secret, purpose, body))
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  const content = parse(Buffer.from(body, 'base64url').toString())
  return content !== null && typeof content === 'object' ? { ...content } : undefined
}

/** Whoever signs something else with our key is no fault of this request's. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const mac = (secret: string, purpose: string, body: string): string =>
  createHmac('sha256', secret).update(`${purpose}.${body}`).digest('base64url')
