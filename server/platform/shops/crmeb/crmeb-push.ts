import { createHmac, timingSafeEqual } from 'node:crypto'
import { AppError } from '../../../core/kernel/app-error.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import { parseBigJson } from '../big-json.ts'
import type { PushedVisit, ShopPush, Verified } from '../shop-connection.ts'

const TOKEN_FOR_SEC = 7_200
const WINDOW_SEC = 300
const ORDER = /^[\w-]{1,64}$/
const UNION = /^[\w-]{10,64}$/
/** Above these nothing is read; the body says no type, so each event has an address of its own. */
const PATHS = new Set(['order-create', 'order-pay', 'refund-create', 'refund-cancel', 'user-update'])

type Json = Record<string, unknown>
const refused = (code: string, what: string, status: number): AppError => new AppError(code, what, { status })

const same = (given: string, expected: string): boolean => {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}
const asObject = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})

/** How CRMEB pushes: without signature and time, with a token that it asks us for first. So a push is a hint and nothing more.
 *  The hook (`event`) is the shop's own PHP text from docs/shops, signed by us. Source: shops.md §1.4, 1.6 [1]. */
export function createCrmebPush({ secrets, clock }: { secrets: Readonly<Record<string, string>>; clock: Clock }) {
  const { push_account: account = '', push_password: password = '', event_secret: eventSecret = '' } = secrets
  const key = createHmac('sha256', password).update('huoshui push token').digest()
  const seal = (untilSec: number): string =>
    `${untilSec}.${createHmac('sha256', key).update(String(untilSec)).digest('hex')}`

  function giveToken({ method, query, body }: ShopPush): Verified {
    // The button that tries it asks by GET, with the same fields.
    const asked = method === 'GET' ? query : asObject(parse(body))
    const isRight = password !== '' && same(String(asked.push_account ?? ''), account)
    if (!isRight || !same(String(asked.push_password ?? ''), password)) {
      throw refused('shop.bad-signature', 'push account or password is wrong', 401)
    }
    const token = seal(Math.floor(clock.now() / 1_000) + TOKEN_FOR_SEC)
    const time = TOKEN_FOR_SEC
    // The code reads the one form, its manual and the button the other.
    return answered([], { code: 0, status: 200, msg: 'success', token, time, data: { token, time } })
  }

  function checkToken({ pushToken = '' }: ShopPush['query']): void {
    const untilSec = Number(pushToken.split('.')[0])
    const isOurs = password !== '' && Number.isInteger(untilSec) && same(pushToken, seal(untilSec))
    // When its call for a token failed it pushes all the same, without one.
    if (!isOurs || untilSec < clock.now() / 1_000)
      throw refused('shop.bad-signature', 'the push token is not ours', 401)
  }

  function hook({ headers, body }: ShopPush): Verified {
    const timestamp = headers['x-huoshui-timestamp'] ?? ''
    const expected = `sha256=${createHmac('sha256', eventSecret).update(`${timestamp}.`).update(body).digest('hex')}`
    if (eventSecret === '' || !same(headers['x-huoshui-signature'] ?? '', expected)) {
      throw refused('shop.bad-signature', 'the signature does not match', 401)
    }
    if (Math.abs(Number(timestamp) - clock.now() / 1_000) > WINDOW_SEC) {
      throw refused('shop.stale', 'the timestamp is outside the window', 401)
    }
    const told = asObject(parse(body))
    const { uid, order_id: orderId } = asObject(told.data)
    const buyer = { shopUserId: String(uid ?? ''), unionId: String(told.unionId ?? '') }
    const isKnown = /^\d{1,18}$/.test(buyer.shopUserId) && UNION.test(buyer.unionId)
    return {
      ...answered(subjectsOf(orderId), { code: 0, msg: 'success' }),
      buyers: isKnown ? [buyer] : [],
      visits: visitsOf(told, Number(timestamp) * 1_000),
    }
  }

  return (push: ShopPush): Verified => {
    if (push.path === 'token') return giveToken(push)
    if (push.method !== 'POST') throw refused('shop.bad-push', 'pushes are posted', 400)
    if (push.path === 'event') return hook(push)
    if (!PATHS.has(push.path)) throw refused('shop.bad-push', 'no such address', 404)
    checkToken(push.query)
    const body = asObject(parse(push.body))
    const order = asObject(body.order)
    return answered(subjectsOf(order.order_id ?? body.order_id), { code: 0, msg: 'success' })
  }
}

const answered = (subjects: string[], body: object): Verified => ({
  subjects,
  answer: { type: 'application/json', body: JSON.stringify(body) },
})

const subjectsOf = (orderId: unknown): string[] =>
  (typeof orderId === 'string' || typeof orderId === 'number') && ORDER.test(String(orderId))
    ? [`order/${orderId}`]
    : []

function parse(body: Buffer): unknown {
  try {
    return parseBigJson(body.toString('utf8'))
  } catch {
    throw refused('shop.bad-push', 'the body is no JSON', 400)
  }
}

const VISIT_KINDS: Readonly<Record<string, PushedVisit['kind']>> = { user_product_visit: 'view', user_add_cart: 'cart' }
const NUMBER = /^\d{1,18}$/
/** The last of it in unix seconds; how CRMEB writes times in events no page says. */
const SECONDS = /^\d{10}$/

/** What the text at a visit or a cart tells; nothing where it names no goods or no buyer. */
function visitsOf({ event, data, unionId }: Json, toldAtMs: number): PushedVisit[] {
  const { uid, product_id: product, visit_time: visitTime, add_time: addTime, cart_num: count } = asObject(data)
  const kind = Object.hasOwn(VISIT_KINDS, String(event)) ? VISIT_KINDS[String(event)] : undefined
  const [shopUserId, productId, time] = [uid, product, visitTime ?? addTime].map((value) => String(value ?? ''))
  if (kind === undefined || !NUMBER.test(shopUserId ?? '') || !NUMBER.test(productId ?? '')) return []
  const at = SECONDS.test(time ?? '') ? Number(time) * 1_000 : toldAtMs
  const quantity = NUMBER.test(String(count)) ? Math.min(1_000_000, Number(count)) : 1
  return [
    {
      visitId: `${kind}/${shopUserId}/${productId}/${at}`,
      ...{ kind, at, productId: productId ?? '', shopUserId: shopUserId ?? '' },
      ...(kind === 'cart' ? { quantity } : {}),
      unionId: UNION.test(String(unionId ?? '')) ? String(unionId) : undefined,
    },
  ]
}
