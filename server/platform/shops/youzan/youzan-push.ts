import { createHash, timingSafeEqual } from 'node:crypto'
import { AppError } from '../../../core/kernel/app-error.ts'
import { parseBigJson } from '../big-json.ts'
import type { ShopPush, Verified } from '../shop-connection.ts'

type Json = Record<string, unknown>
const TRADE = /^[\w-]{1,64}$/
const refused = (code: string, what: string, status: number): AppError => new AppError(code, what, { status })
const asObject = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})

function parse(text: string): Json {
  try {
    return asObject(parseBigJson(text))
  } catch {
    throw refused('shop.bad-push', 'the body is no JSON', 400)
  }
}

/** Captures show both `+` and `%20` for a blank; a real plus is always %2B. Refund messages are objects. */
function messageOf(msg: unknown): Json {
  if (typeof msg !== 'string') return asObject(msg)
  try {
    return parse(decodeURIComponent(msg.replaceAll('+', '%20')))
  } catch {
    return {}
  }
}

/** How 有赞 pushes: signed over the bytes, without time, again for hours and out of order. Source: shops.md §2.3 [7][11][12],
 *  vectors.json. */
export function createYouzanPush({
  clientId,
  secret,
  kdtId,
}: {
  clientId: string
  secret: string
  kdtId: string | undefined
}) {
  return ({ method, headers, body }: ShopPush): Verified => {
    if (method !== 'POST') throw refused('shop.bad-push', 'pushes are posted', 400)
    const expected = createHash('md5').update(clientId).update(body).update(secret).digest()
    const given = Buffer.from(headers['event-sign'] ?? '', 'hex')
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw refused('shop.bad-signature', 'the signature does not match', 401)
    }
    const told = parse(body.toString('utf8'))
    const answer = { type: 'application/json' as const, body: '{"code":0,"msg":"success"}' }
    const isTrial = told.test === true || told.mode === 0
    // One app may serve several shops.
    const isOther = kdtId !== undefined && told.kdt_id !== undefined && String(told.kdt_id) !== kdtId
    if (isTrial || isOther || !/trade/i.test(String(told.type ?? headers['event-type'] ?? '')))
      return { subjects: [], answer }
    const message = messageOf(told.msg)
    const full = asObject(message.full_order_info)
    const tid = message.tid ?? asObject(full.order_info).tid ?? told.id
    return { subjects: typeof tid === 'string' && TRADE.test(tid) ? [`order/${tid}`] : [], answer }
  }
}
