import type { Tx } from '../../../server/core/db/tx.ts'
import { AppError } from '../../../server/core/kernel/app-error.ts'
import { importOrders } from '../../../server/records/orders/import-orders.ts'
import { cellText, fenOfYuan, instantOfText, statusOf } from '../../../server/records/orders/order-words.ts'
import { drawEdit, shorterTexts, withoutOne } from '../edit-text.ts'
import { drawFile, FILE_WORDS, fileOf, type OddFile, type TrueOrder } from '../odd-file.ts'
import { openShop, ordersIn, type StoredOrder } from '../open-shop.ts'
import { type Bench, defineTarget, type Verdict } from '../target.ts'

function make(random: Parameters<Bench<OddFile>['make']>[0]): OddFile {
  const file = drawFile(random)
  if (random.int(4) > 0) return file
  const { text } = fileOf(file)
  return { ...file, edits: Array.from({ length: 1 + random.int(3) }, () => drawEdit(random, text, FILE_WORDS)) }
}

async function open(): Promise<Bench<OddFile>> {
  const shop = await openShop()

  /** Everything in one transaction that is undone afterwards. */
  const importAll = (tx: Tx, text: string) => {
    const bytes = Buffer.from(text)
    async function* parts(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 61) yield bytes.subarray(at, at + 61)
    }
    const faults: string[] = []
    return importOrders(parts, {
      db: { tx: (work) => work(tx) },
      clock: shop.clock,
      orders: shop.orders,
      onFault: ({ message }) => faults.push(message),
      onProgress: () => undefined,
    }).then((counts) => ({ counts, faults }))
  }

  async function playOne(file: OddFile): Promise<Verdict> {
    const { text, ...fate } = fileOf(file)
    return shop.inVain(async (tx) => {
      let result: Awaited<ReturnType<typeof importAll>>
      try {
        result = await importAll(tx, text)
      } catch (error) {
        if (!(error instanceof AppError) || error.status >= 500) throw error
        const ended = `refused ${error.code}`
        if (error.zh === undefined || !/\p{Script=Han}/u.test(error.zh))
          return { ended, wrong: `no Chinese: ${error.zh}` }
        if (file.edits.length === 0 && !hasQuote(file)) return { ended, wrong: `the whole file: ${error.zh}` }
        const stored = await ordersIn(tx)
        return stored.length === 0 ? { ended } : { ended, wrong: 'the file was refused, and orders are stored' }
      }
      const stored = await ordersIn(tx)
      const ended = result.faults.length === 0 ? 'all taken' : stored.length === 0 ? 'none taken' : 'some taken'
      const english = result.faults.find((fault) => !/\p{Script=Han}/u.test(fault) || /1380000/.test(fault))
      if (english !== undefined) return { ended, wrong: `a fault that tells nothing, or too much: ${english}` }
      const wrong = faultOf(file, stored, fate) ?? (await again(tx, text, stored, result.faults))
      return wrong === undefined ? { ended } : { ended, wrong }
    })
  }

  async function again(tx: Tx, text: string, stored: StoredOrder[], faults: string[]): Promise<string | undefined> {
    const { counts, faults: now } = await importAll(tx, text)
    if (counts.stored > 0) return `${counts.stored} new ones from the same file`
    if (JSON.stringify(now.toSorted()) !== JSON.stringify(faults.toSorted())) return 'other faults in the same file'
    // Two rows that tell of one order otherwise correct each other, whichever comes last.
    const isSame = counts.corrected > 0 || JSON.stringify(await ordersIn(tx)) === JSON.stringify(stored)
    return isSame ? undefined : 'the same file changed something'
  }

  return {
    make,
    play: async (inputs) => {
      const verdicts: Verdict[] = []
      for (const one of inputs) verdicts.push(await playOne(one))
      return verdicts
    },
    shorten: function* (file) {
      for (const edits of withoutOne(file.edits)) yield { ...file, edits }
      for (const changes of withoutOne(file.changes)) yield { ...file, changes }
      for (const orders of withoutOne(file.orders)) yield { ...file, orders }
      for (const [at, order] of file.orders.entries())
        for (const items of withoutOne(order.items))
          if (items.length > 0) yield { ...file, orders: file.orders.with(at, { ...order, items }) }
      for (const columns of withoutOne(file.columns)) yield { ...file, columns }
      if (file.trailing > 0) yield { ...file, trailing: 0 }
      for (const [at, edit] of file.edits.entries())
        for (const put of shorterTexts(edit.put)) yield { ...file, edits: file.edits.with(at, { ...edit, put }) }
    },
    close: shop.close,
  }
}

/** It may swallow the rows behind it. */
const hasQuote = ({ changes }: OddFile): boolean =>
  changes.some((change) => change.do === 'put' && change.text.includes('"'))

/** What must not be, whatever happened to the rows. */
function faultOf(
  file: OddFile,
  stored: readonly StoredOrder[],
  { untouched, isAmbiguous }: Omit<ReturnType<typeof fileOf>, 'text'>,
): string | undefined {
  if (file.edits.length > 0 || hasQuote(file)) return undefined
  const puts = file.changes.flatMap((change) => (change.do === 'put' ? cellText(change.text) : []))
  for (const order of stored) {
    const truth = file.orders.find(({ id }) => id === order.order_id)
    if (truth === undefined) {
      if (!puts.includes(order.order_id) && !isAmbiguous) return 'an order that nobody wrote'
      continue
    }
    const wrong = untouched.has(truth.id)
      ? otherThan(truth, order, file)
      : isAmbiguous
        ? undefined
        : mixedUp(truth, order, puts)
    if (wrong !== undefined) return wrong
  }
  for (const id of untouched) {
    if (!stored.some((order) => order.order_id === id)) return 'an order to which nothing happened is left out'
  }
  return undefined
}

/** An order to whose rows nothing happened is as it was written. */
function otherThan(truth: TrueOrder, order: StoredOrder, { columns }: OddFile): string | undefined {
  const items = columns.includes('商品名称')
    ? truth.items.map(({ name, quantity, priceFen }) => [
        name,
        columns.includes('数量') ? quantity : 1,
        columns.includes('单价') ? priceFen : 0,
      ])
    : []
  const told = [statusOf(truth.status), truth.totalFen, truth.phone.slice(-4), instantOfText(truth.paidAt), items]
  const back = order.status === 'refunded' ? order.refunded_fen : truth.refundFen
  const kept = [
    order.status,
    order.total_fen,
    order.phone_tail,
    truth.status === '待付款' ? instantOfText(truth.paidAt) : order.paid_at,
    order.items.map(({ name, quantity, price_fen }) => [name, quantity, price_fen]),
  ]
  // What was paid and is closed has come back.
  if (truth.status === '已关闭') told[0] = 'refunded'
  if (order.refunded_fen !== back) return `${order.refunded_fen} came back, and not ${back}`
  return JSON.stringify(kept) === JSON.stringify(told)
    ? undefined
    : `${JSON.stringify(kept)}, and not ${JSON.stringify(told)}`
}

/** Nothing of it is from another column, or another order. */
function mixedUp(truth: TrueOrder, order: StoredOrder, puts: readonly string[]): string | undefined {
  const amounts = new Set(puts.flatMap((text) => [fenOfYuan(text) ?? [], Number(text)].flat()))
  if (order.total_fen !== truth.totalFen && !amounts.has(order.total_fen))
    return `a sum from elsewhere: ${order.total_fen}`
  const tails = new Set([truth.phone, ...puts].map((text) => text.slice(-4)))
  if (order.phone_tail !== null && !tails.has(order.phone_tail)) return `a phone from elsewhere: ${order.phone_tail}`
  const times = new Set([truth.paidAt, ...puts].map(instantOfText))
  if (order.paid_at !== null && !times.has(order.paid_at)) return `a time from elsewhere: ${order.paid_at}`
  const isWhole = order.status === 'refunded'
  if (!isWhole && ![0, truth.refundFen].includes(order.refunded_fen) && !amounts.has(order.refunded_fen))
    return `a refund from elsewhere: ${order.refunded_fen}`
  return undefined
}

export const orderFiles = defineTarget<OddFile>({
  name: 'order-files',
  says: 'order files whose cells moved, went or were spoilt: no sum from elsewhere, no order of others’ rows, refused stores nothing',
  count: 100_000,
  brief: 120,
  batch: 50,
  open,
})
