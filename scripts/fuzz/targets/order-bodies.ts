import { createHmac } from 'node:crypto'
import { sql } from '../../../server/core/db/sql.ts'
import type { Tx } from '../../../server/core/db/tx.ts'
import { AppError } from '../../../server/core/kernel/app-error.ts'
import { maskPhones } from '../../../server/core/kernel/mask-phones.ts'
import { plainText } from '../../../server/core/kernel/plain-text.ts'
import { buildApp } from '../../../server/engine/http/app.ts'
import { INBOUND_EVENT } from '../../../server/engine/inbox/event-tables.ts'
import { parseOrder } from '../../../server/records/orders/order-body.ts'
import { orderTables } from '../../../server/records/orders/order-tables.ts'
import { createOrders } from '../../../server/records/orders/orders.ts'
import type { RecordedOrder } from '../../../server/records/orders/recorded-order.ts'
import { TIMELINE } from '../../../server/records/timeline/timeline-tables.ts'
import { EMPTY_BOOK } from '../../../server/rules/rule-book-holder.ts'
import { applyEdits, drawEdit, type Edit, shorterTexts, withoutOne } from '../edit-text.ts'
import { applyChanges, type Change, drawChange, drawOrder } from '../odd-order.ts'
import { NOW, openShop, ordersIn, PEOPLE, SHARED_PHONE, SHOP_SECRET, type StoredOrder } from '../open-shop.ts'
import { type Bench, defineTarget, type Verdict } from '../target.ts'

/** One body: an order, changed field by field; or that as text, changed letter by letter. */
interface Post {
  order: Record<string, unknown>
  changes: Change[]
  edits?: Edit[]
}
/** What a shop posts, one after the other. */
interface OrderCase {
  posts: Post[]
  /** Through the signed route. */
  isOverHttp?: boolean
}

const JSON_WORDS = [
  'null',
  '""',
  '0',
  '-1',
  '1e400',
  '[]',
  '{}',
  '}',
  '"',
  ',',
  '\\u0000',
  '"__proto__":',
  '\\ud800',
  '128.00',
]
const textOf = ({ order, changes, edits = [] }: Post): string =>
  applyEdits(JSON.stringify(applyChanges(order, changes)), edits)
const isSound = ({ changes }: Post): boolean =>
  // The last one holds.
  changes.every((change, at) => change.isSound || changes.slice(at + 1).some(({ field }) => field === change.field))

function make(random: Parameters<Bench<OrderCase>['make']>[0]): OrderCase {
  const posts = Array.from({ length: 1 + random.int(3) }, (_, at): Post => {
    const order = drawOrder(random)
    const changes = Array.from({ length: random.int(at === 0 ? 2 : 3) }, () => drawChange(random))
    if (random.int(4) > 0) return { order, changes }
    const text = textOf({ order, changes })
    return {
      order,
      changes,
      edits: Array.from({ length: 1 + random.int(2) }, () => drawEdit(random, text, JSON_WORDS)),
    }
  })
  return random.int(20) === 0 ? { posts, isOverHttp: true } : { posts }
}

/** What one body came to. */
type Outcome =
  | { kind: 'stored'; recorded: RecordedOrder; body: Record<string, unknown> }
  | { kind: 'refused'; why: string; isStorageReached: boolean }

async function open(): Promise<Bench<OrderCase>> {
  const shop = await openShop()
  const { db, clock, log, deps } = shop
  const app = buildApp({
    log,
    routes: [
      createOrders({ ...deps, db, secret: SHOP_SECRET, rules: { current: () => EMPTY_BOOK, onChange: () => {} } })
        .routes,
    ],
    proxyHops: 0,
  })

  async function take(tx: Tx, text: string): Promise<Outcome> {
    let body: unknown
    try {
      body = JSON.parse(text)
    } catch {
      return { kind: 'refused', why: 'no JSON', isStorageReached: false }
    }
    let isStorageReached = false
    try {
      const order = parseOrder(body, clock.now())
      isStorageReached = true
      const recorded = await shop.orders.record(tx, order)
      return { kind: 'stored', recorded, body: body as Record<string, unknown> } // it was accepted, so it is an object
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error
      if (error.zh === undefined) throw new Error(`no Chinese for ${error.code}`)
      if (/1380000000|13911112222/.test(error.message)) throw new Error('the refusal tells the phone')
      return { kind: 'refused', why: error.code, isStorageReached }
    }
  }

  async function playOne({ posts }: OrderCase): Promise<Verdict> {
    return shop.inVain(async (tx) => {
      const told: Record<string, unknown>[] = []
      let before: StoredOrder[] = []
      let ended = ''
      for (const post of posts) {
        const text = textOf(post)
        const outcome = await take(tx, text)
        ended = outcome.kind === 'stored' ? outcome.recorded.result : `refused ${outcome.why}`
        if (outcome.kind === 'refused') {
          if (outcome.isStorageReached && JSON.stringify(await ordersIn(tx)) !== JSON.stringify(before))
            return { ended, wrong: 'refused, and something changed' }
          if (post.edits === undefined && isSound(post)) return { ended, wrong: 'an order, and refused' }
          continue
        }
        if (post.edits === undefined && !isSound(post)) return { ended, wrong: 'no order, and accepted' }
        told.push(outcome.body)
        const after = await ordersIn(tx)
        const isLast = post === posts.at(-1)
        const wrong = faultOf(before, after, told) ?? (isLast ? await again(tx, text, after) : undefined)
        if (wrong !== undefined) return { ended, wrong }
        before = after
      }
      const kinds = await shop.told(tx)
      const paid = kinds.filter((kind) => kind === 'order.paid').length
      if (paid > before.length) return { ended, wrong: `${paid} payments told of ${before.length} orders` }
      return { ended }
    })
  }

  async function again(tx: Tx, text: string, after: StoredOrder[]): Promise<string | undefined> {
    const outcome = await take(tx, text)
    if (outcome.kind === 'refused') return 'the same once more was refused'
    if (outcome.recorded.result !== 'unchanged') return `the same once more was ${outcome.recorded.result}`
    return JSON.stringify(await ordersIn(tx)) === JSON.stringify(after) ? undefined : 'unchanged, and something changed'
  }

  async function playOverHttp({ posts }: OrderCase): Promise<Verdict> {
    let ended = ''
    for (const post of posts) {
      const payload = textOf(post)
      const timestamp = String(Math.floor(clock.now() / 1_000))
      const signature = createHmac('sha256', SHOP_SECRET).update(`${timestamp}.${payload}`).digest('hex')
      const headers = { 'x-huoshui-timestamp': timestamp, 'x-huoshui-signature': `sha256=${signature}` }
      const answer = await app.inject({ method: 'POST', url: '/api/orders', payload, headers })
      ended = `answered ${answer.statusCode}`
      if (![200, 400, 413].includes(answer.statusCode)) return { ended, wrong: `${ended} ${answer.body}` }
      if (post.edits === undefined && isSound(post) !== (answer.statusCode === 200))
        return { ended, wrong: `${ended}, wrongly` }
      const { matched, nobody } = JSON.parse(answer.body) as { matched?: boolean; nobody?: string }
      if (matched === true && nobody !== undefined) return { ended, wrong: 'somebody’s, and nobody’s' }
    }
    await db.tx(async (tx) => {
      for (const table of [...orderTables, INBOUND_EVENT, TIMELINE]) await tx.run(sql`DELETE FROM ${table}`)
    })
    return { ended }
  }

  return {
    make,
    play: async (inputs) => {
      const verdicts: Verdict[] = []
      for (const one of inputs) verdicts.push(one.isOverHttp ? await playOverHttp(one) : await playOne(one))
      return verdicts
    },
    shorten: function* (one) {
      const { isOverHttp, ...rest } = one
      if (isOverHttp) yield rest
      for (const posts of withoutOne(one.posts)) if (posts.length > 0) yield { ...one, posts }
      for (const [at, post] of one.posts.entries()) {
        const put = (other: Post): OrderCase => ({ ...one, posts: one.posts.with(at, other) })
        for (const changes of withoutOne(post.changes)) yield put({ ...post, changes })
        for (const edits of withoutOne(post.edits ?? [])) yield put({ ...post, edits })
        for (const edit of post.edits ?? [])
          for (const short of shorterTexts(edit.put)) yield put({ ...post, edits: [{ ...edit, put: short }] })
      }
    },
    close: async () => {
      await app.close()
      await shop.close()
    },
  }
}

const PHONES = [...PEOPLE.map(({ phone }) => phone), SHARED_PHONE, '13911112222']
const instantIn = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Date.parse(value) : undefined

/** What must not be, whatever was told. */
function faultOf(
  before: readonly StoredOrder[],
  after: readonly StoredOrder[],
  told: readonly Record<string, unknown>[],
) {
  if (after.length < before.length) return 'an order is gone'
  const last = told.at(-1) ?? {}
  for (const order of after) {
    const known = before.find(({ id }) => id === order.id)
    const isMeant = plainText(String(last.orderId)) === order.order_id
    if (!isMeant && JSON.stringify(known) !== JSON.stringify(order)) return 'another order changed'
    const own = told.filter((one) => plainText(String(one.orderId)) === order.order_id)
    if (!own.some(({ totalFen }) => totalFen === order.total_fen)) return `a sum that nobody told: ${order.total_fen}`
    if (order.refunded_fen < 0 || order.refunded_fen > order.total_fen)
      return `${order.refunded_fen} of ${order.total_fen} came back`
    const times = own.flatMap((one) => [instantIn(one.paidAt), instantIn(one.at), instantIn(one.createdAt)])
    for (const at of [order.created_at, order.paid_at])
      if (at !== null && ![Date.parse(NOW), ...times].includes(at)) return `a time that nobody told: ${at}`
    if (order.status === 'paid' && order.paid_at === null) return 'paid at no time'
    if (order.items.some(({ quantity, price_fen }) => !(Number.isInteger(quantity) && quantity > 0 && price_fen >= 0)))
      return 'goods that are none'
    const written = JSON.stringify(order.items.map(({ sku, name, category }) => [sku, name, category]))
    if (maskPhones(written) !== written || PHONES.some((phone) => written.includes(phone)))
      return `a phone in ${written}`
    const lost = known === undefined ? undefined : lostOf(known, order, last)
    if (lost !== undefined) return lost
  }
  return undefined
}

/** What was known and is not any more. */
function lostOf(known: StoredOrder, order: StoredOrder, last: Record<string, unknown>): string | undefined {
  for (const key of ['external_userid', 'given_external_userid', 'given_unionid', 'phone_hash', 'paid_at'] as const)
    if (known[key] !== null && order[key] === null) return `${key} is gone`
  if (known.external_userid !== null && known.external_userid !== order.external_userid)
    return 'it is somebody else’s now'
  if (known.items.length > 0 && order.items.length === 0) return 'its goods are gone'
  const fen = (one: StoredOrder): number => one.refunds.reduce((sum, refund) => sum + refund.fen, 0)
  const isCorrected = typeof last.refundId === 'string' && last.status === 'refunded'
  return !isCorrected && fen(order) < fen(known) ? 'less came back than before' : undefined
}

export const orderBodies = defineTarget<OrderCase>({
  name: 'order-bodies',
  says: 'what shops post: none but an order is accepted, refused changes nothing, the same twice neither, nothing known is lost',
  count: 100_000,
  brief: 120,
  batch: 50,
  open,
})
