import { migrations } from '../migrations/index.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { createDb } from '../server/core/db/db.ts'
import { raw } from '../server/core/db/sql.ts'

export interface StormFacts {
  /** Callbacks of every kind that were answered 200, each distinct event once. */
  eventsAcknowledged: number
  /** Of those, the ones that are no row of ours. Must be empty. */
  eventsLost: string[]
  orders: number
  /** Orders answered 2xx that are no row of ours. Must be empty. */
  ordersLost: string[]
  /** Orders whose payment was told to the rules more than once. Must be empty. */
  ordersDoubled: string[]
  /** That WeCom was asked for. With none nothing is said about doubled ones. */
  massSends: number
  /** Mass sends that WeCom was asked for more than once. Must be empty. */
  massSendsDoubled: string[]
}

const PLUMBING = new Set(['ToUserName', 'FromUserName', 'MsgType'])
const wordsOf = (fields: [string, unknown][]): string =>
  fields
    .filter(([name]) => !PLUMBING.has(name))
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(',') : String(value)}`)
    .sort()
    .join(' ')

export const isStormClean = (facts: StormFacts): boolean =>
  facts.massSends > 0 &&
  [facts.eventsLost, facts.ordersLost, facts.ordersDoubled, facts.massSendsDoubled].every((list) => list.length === 0)

/** Every acknowledged event is a row, every order is one row told once, every mass send was asked for once. */
export async function judgeStorm(sandbox: Sandbox, databaseUrl: string, ordersTaken: string[]): Promise<StormFacts> {
  const db = createDb(databaseUrl, migrations)
  const rows = <T extends object>(sql: string): Promise<T[]> => db.tx((tx) => tx.rows(raw<T>(sql)))
  const events = await rows<{ payload: string }>(`SELECT payload FROM inbound_event WHERE kind LIKE 'wecom.%'`)
  const orders = await rows<{ order_id: string }>('SELECT order_id FROM shop_order')
  const paid = await rows<{ payload: string }>(`SELECT payload FROM inbound_event WHERE kind = 'order.paid'`)
  await db.close()

  const stored = new Set(events.map((row) => wordsOf(Object.entries(JSON.parse(row.payload) as object))))
  const acknowledged = new Set<string>()
  for (const { delivered, event, fields, key } of sandbox.callbackLog()) {
    if (!delivered) continue
    const createTime = key.slice(key.lastIndexOf(' ') + 1)
    acknowledged.add(
      wordsOf([['Event', event], ['CreateTime', createTime], ...fields.map(([n, v]): [string, unknown] => [n, v])]),
    )
  }
  const held = new Set(orders.map((row) => row.order_id))
  const told = paid.map((row) => (JSON.parse(row.payload) as { orderId: string }).orderId)
  const asked = sandbox
    .calls('add_msg_template')
    .filter((call) => call.errcode === 0)
    .map((call) => JSON.stringify(call.body))
  const twice = (values: string[]): string[] => values.filter((value, at) => values.indexOf(value) !== at)
  return {
    eventsAcknowledged: acknowledged.size,
    eventsLost: [...acknowledged].filter((words) => !stored.has(words)),
    orders: ordersTaken.length,
    ordersLost: ordersTaken.filter((id) => !held.has(id)),
    ordersDoubled: twice(told),
    massSends: asked.length,
    massSendsDoubled: twice(asked).map((body) => body.slice(0, 80)),
  }
}
