import { timingSafeEqual } from 'node:crypto'
import { getSignature } from '@wecom/crypto'
import { AppError } from '../../../core/kernel/app-error.ts'
import { createCallbackCrypto } from '../../wecom/callback/callback-crypto.ts'
import { parseBigJson } from '../big-json.ts'
import type { ShopPush, Verified } from '../shop-connection.ts'

const refused = (code: string, what: string, status: number): AppError => new AppError(code, what, { status })
const same = (given: string, expected: string): boolean => {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}
/** A number that the platform makes up. Anything with markup is something else. */
const ECHO = /^[\w.+/=-]{1,64}$/
const SUBJECT = /^[\w-]{1,64}$/

/** How 微信小店 pushes: WeCom's own sealing with three differences. The GET check is not sealed, the envelope is JSON, and the
 *  plaintext ends in the AppID. Source: shops.md §3.1 [17], vectors.json. */
export function createWechatShopPush({ token, aesKey, appid }: { token: string; aesKey: string; appid: string }) {
  const crypto = createCallbackCrypto({ token, aesKey, corpId: appid })

  function check({ query }: ShopPush): Verified {
    const { signature = '', timestamp = '', nonce = '', echostr = '' } = query
    if (!same(signature, getSignature(token, timestamp, nonce, ''))) {
      throw refused('shop.bad-signature', 'the signature does not match', 403)
    }
    if (!ECHO.test(echostr)) throw refused('shop.bad-push', 'the echo is none', 400)
    return { subjects: [], answer: { type: 'text/plain', body: echostr } }
  }

  return (push: ShopPush): Verified => {
    if (push.method === 'GET') return check(push)
    const { msg_signature: signature = '', timestamp = '', nonce = '' } = push.query
    const sealed = objectIn(push.body.toString('utf8')).Encrypt
    if (typeof sealed !== 'string') throw refused('shop.bad-push', 'no Encrypt in the body', 400)
    const plain = crypto.open({ signature, timestamp, nonce }, sealed)
    return { subjects: subjectsOf(objectIn(plain)), answer: { type: 'text/plain', body: 'success' } }
  }
}

type Json = Record<string, unknown>

function objectIn(text: string): Json {
  try {
    const value = parseBigJson(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json
  } catch {
    // The same refusal as for any other text.
  }
  throw refused('shop.bad-push', 'the body is no JSON object', 400)
}

const inside = (event: Json, name: string): Json => {
  const value = event[name]
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}

/** Which order it is about, whatever the event: order numbers are bare numbers here and texts in the interfaces. Events about
 *  coupons and members say nothing of orders. */
function subjectsOf(event: Json): string[] {
  const aftersale = inside(event, 'finder_shop_aftersale_status_update')
  const order = inside(event, 'order_info')
  const use = inside(event, 'use_info')
  const named = (kind: string, id: unknown): string[] =>
    (typeof id === 'string' || typeof id === 'number') && SUBJECT.test(String(id)) ? [`${kind}/${id}`] : []
  const ofAftersale = named('aftersale', aftersale.after_sale_order_id)
  return ofAftersale.length > 0 ? ofAftersale : named('order', order.order_id ?? aftersale.order_id ?? use.order_id)
}
