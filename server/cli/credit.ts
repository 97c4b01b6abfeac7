import { VOCABULARY } from '../capabilities/vocabulary.ts'
import type { ReadTx, Tx } from '../core/db/tx.ts'
import { DAY_MS, startOfShanghaiDay, startOfShanghaiMonth } from '../core/kernel/shanghai.ts'
import { CREDIT_BY, creditQueries } from '../operations/credit/credit-queries.ts'
import { type ShopNames, unknownNames } from '../operations/credit/named-by-shop.ts'
import { reckonCredit } from '../operations/credit/reckon-credit.ts'
import { type PaidOrder, paidOrders } from '../records/orders/paid-orders.ts'
import type { ToldWord } from '../records/orders/told-words.ts'
import { staffQueries } from '../records/staff/staff-queries.ts'
import type { RuleBook } from '../rules/book/rule-book.ts'
import { loadRules } from '../rules/load-rules.ts'
import { creditSheet, creditText, unknownText, whyText } from './credit-text.ts'
import { findGuide } from './find/find-guide.ts'
import { guideNames } from './find/guide-names.ts'
import { readBook, ruleFolder } from './find/read-book.ts'
import { cliFault } from './frame/cli-fault.ts'
import { type ChangeAnswer, type Desk, defineCommand, type Program } from './frame/command.ts'
import { daySlot } from './frame/day-slot.ts'
import { oneOf, optional, or, text } from './frame/slot.ts'

const NO_RULES = '还没有归属规则：先写 config/credit.yaml，再运行一次。'
/** Orders of one transaction. */
const PAGE = 500

const namesOfShops = (shops: RuleBook['shops']): ShopNames => [...shops.values()].map(({ value }) => value)

const orderSlot = text('订单号', '店铺的订单号')
const shopSlot = optional(text('店铺', '两家店用了同一个订单号时，写是哪一家'))

/** The paid order of this number. Throws `no` where there is none, or where two shops have one. */
async function orderCalled(tx: Tx, orderId: string, shop: string | undefined): Promise<PaidOrder> {
  const found = (await paidOrders.called(tx, orderId)).filter(({ source }) => shop === undefined || source === shop)
  const [order] = found
  if (order === undefined)
    throw cliFault(
      'no',
      `没有付过款、已经找到客户的订单「${orderId}」，核对订单号${shop === undefined ? '' : '和店铺'}。`,
    )
  if (found.length > 1)
    throw cliFault(
      'no',
      `订单号「${orderId}」有 ${found.length} 家店在用，用 --shop 写是哪一家：${found.map(({ source }) => source).join('、')}。`,
    )
  return order
}

/** Of all departments whose name is known. */
const storeNames = async (tx: ReadTx): Promise<Map<string, string>> =>
  new Map(
    (await staffQueries.departments(tx)).flatMap(({ id, name }) => (name === undefined ? [] : [[String(id), name]])),
  )

/** Whom shops name and nobody is; nothing while the rules have faults. */
async function unknownSince(desk: Pick<Desk, 'env' | 'db'>, sinceMs: number): Promise<ToldWord[]> {
  const { book } = await loadRules(ruleFolder(desk), VOCABULARY)
  if (book === undefined) return []
  const asked = { rules: book.credit, shops: namesOfShops(book.shops), sinceMs }
  return (await desk.db()).tx((tx) => unknownNames(tx, asked))
}

const list = defineCommand({
  name: 'list',
  audited: 'no',
  scope: 'customers',
  says: '一段时间的业绩算给了谁：付款、退款、净额；合计就是全部订单',
  more: '退款算在退的那天，不改付款那个月的数；没有规则认领的、还没找到客户的订单单列一行。',
  lists: true,
  options: {
    by: or('guide', oneOf('维度', '按导购 guide、门店 store、渠道 code、消息 message 加总', CREDIT_BY)),
    from: optional(daySlot('日期', '从哪天起，不写就是那个月 1 日')),
    to: optional(daySlot('日期', '到哪天为止（含），不写就是今天')),
  },
  run: async ({ by, from, to }, desk) => {
    const lastDayMs = to ?? startOfShanghaiDay(desk.clock.now())
    const fromMs = from ?? startOfShanghaiMonth(lastDayMs)
    const untilMs = lastDayMs + DAY_MS
    if (untilMs <= fromMs) throw cliFault('wrong-use', '--to 不能比 --from 早。')
    const unknown = await unknownSince(desk, fromMs)
    return (await desk.db()).view(async (tx) => {
      const sums = await creditQueries.sums(tx, { fromMs, untilMs }, by)
      const names = { guides: await guideNames(tx), stores: await storeNames(tx) }
      return {
        text: [creditText(sums, by, names, { fromMs, untilMs }), ...unknownText(unknown)].join('\n'),
        data: { fromMs, untilMs, by, sums, unknown },
        sheet: creditSheet(sums, by, names),
      }
    })
  },
})

const why = defineCommand({
  name: 'why',
  audited: 'look',
  scope: 'customers',
  says: '一单算给了谁，为什么',
  words: { order: orderSlot },
  options: { shop: shopSlot },
  run: async ({ order: orderId, shop }, desk) =>
    (await desk.db()).tx(async (tx) => {
      const order = await orderCalled(tx, orderId, shop)
      const credit = await creditQueries.ofOrder(tx, order)
      return {
        text: whyText(orderId, credit, await guideNames(tx)),
        data: { orderId, source: order.source, credit: credit ?? null },
        about: [order.externalUserId],
      }
    }),
})

const give = defineCommand({
  name: 'give',
  audited: 'change',
  scope: 'operate',
  says: '有争议的一单，改算给另一位导购；谁改的、为什么，留在审计里',
  words: { order: orderSlot },
  options: { to: text('导购', '算给谁：姓名或账号'), why: text('原因', '为什么改'), shop: shopSlot },
  run: async ({ order: orderId, to, why: reason, shop }, desk) =>
    (await desk.db()).tx(async (tx): Promise<ChangeAnswer> => {
      if (reason.trim() === '') throw cliFault('wrong-use', '--why 要写原因。')
      const order = await orderCalled(tx, orderId, shop)
      const userId = await findGuide(tx, to)
      const before = await creditQueries.ofOrder(tx, order)
      const nowMs = desk.clock.now()
      await creditQueries.give(tx, order, { userId, by: desk.operator.name, why: reason.trim(), nowMs })
      return {
        text: `订单 ${orderId} 改算给 ${(await guideNames(tx)).get(userId) ?? userId}。`,
        data: { orderId, userId },
        changed: [
          {
            of: `order ${orderId}`,
            customer: order.externalUserId,
            before: { guide: before?.userid ?? null, by: before?.decided_by ?? null },
            after: { guide: userId, by: 'hand' },
          },
        ],
      }
    }),
})

const fill = defineCommand({
  name: 'fill',
  audited: 'change',
  scope: 'operate',
  says: '写归属规则以前付款的订单，按现在的规则和付款那时的好友、联系补算；已经算过的不动',
  options: { from: daySlot('日期', '从哪天起付款的') },
  run: async ({ from }, desk): Promise<ChangeAnswer> => {
    const { credit: rules, shops } = await readBook(desk)
    if (rules.length === 0) throw cliFault('no', NO_RULES)
    const db = await desk.db()
    const nowMs = desk.clock.now()
    let [looked, written] = [0, 0]
    for (let afterId = 0; ; ) {
      const { page, news } = await db.tx(async (tx) => {
        const orders = await paidOrders.since(tx, { sinceMs: from, afterId, limit: PAGE })
        let reckoned = 0
        for (const order of orders)
          if (await reckonCredit(tx, order, { rules, shops: namesOfShops(shops), nowMs })) reckoned += 1
        return { page: orders, news: reckoned }
      })
      looked += page.length
      written += news
      const last = page.at(-1)
      if (last === undefined) break
      afterId = last.id
    }
    return {
      text: `看了 ${looked} 笔订单，${written} 笔新算了归属。`,
      data: { looked, written },
      changed: written === 0 ? [] : [{ of: 'order credit', after: { written } }],
    }
  },
})

export const creditProgram: Program = {
  name: 'credit',
  says: '业绩归属：一单算谁的。规则写在 config/credit.yaml。',
  commands: [list, why, give, fill],
}
