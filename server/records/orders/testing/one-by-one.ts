import type { RecordOrder } from '../record-order.ts'

/** A set of messages, recorded one after the other; nothing is known of any. */
export const oneByOne: RecordOrder['recordSet'] = async (_tx, orders, { record }) => {
  const outcomes = []
  for (const order of orders) outcomes.push(await record(order, []))
  return outcomes
}
