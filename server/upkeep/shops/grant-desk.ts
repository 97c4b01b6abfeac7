import type { Db } from '../../core/db/db.ts'
import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { type GrantDesk, haltedKey } from '../../operations/grants/grant-desk.ts'
import { ShopError } from '../../platform/shops/shop-error.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import { customerQueries } from '../../records/customers/customer-queries.ts'
import { orderQueries } from '../../records/orders/order-queries.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import { putHints } from './keep-hints.ts'
import type { OpenShop, OpenShops } from './open-shops.ts'
import { membersOf } from './shop-memory.ts'
import { standings } from './shop-standing.ts'
import { SHOP_CONNECTION } from './shop-tables.ts'

const c = SHOP_CONNECTION

/** While a person has to change something, one question in so long shows whether they have. */
const HALT_MS = 10 * MINUTE_MS

export interface GrantDeskDeps {
  db: Db
  clock: Clock
  shops: OpenShops
  alerts: Pick<Alerts, 'raise'>
  rules: { current(): Pick<RuleBook, 'shops'> }
}

const paused = (afterMs: number, zh: string): AppError =>
  new AppError('shop.paused', 'the shop may not be asked now', { retry: { afterMs }, zh })

/** Gives at the shops that orders are read from: with their tokens, their pace, and while they are there. What a person has to change
 *  first ends no gift: all of that shop wait, and one alert says what. */
export function createGrantDesk({ db, clock, shops, alerts, rules }: GrantDeskDeps): GrantDesk {
  /** Each process asks for itself: whether a right was given no other tells. */
  const halted = new Map<string, { untilMs: number; zh: string }>()

  async function haltNow(id: string, zh: string): Promise<AppError> {
    halted.set(id, { untilMs: clock.now() + HALT_MS, zh })
    const rule = [...rules.current().shops.values()].find(({ value }) => value.id === id)?.value
    await db.tx((tx) =>
      alerts.raise(tx, {
        key: haltedKey(id),
        text: `「${rule?.shop ?? id}」的券和积分发不出去，都在等：${zh}`,
        todo: '照这句话改；改好后十分钟内自己接着发，不用重发。过了旅程里 within 的时间就不发了',
        alsoTo: rule?.keeper === undefined ? [] : [rule.keeper],
        isNewsWhenChanged: true,
      }),
    )
    return paused(HALT_MS, zh)
  }

  async function ready(id: string): Promise<OpenShop> {
    const halt = halted.get(id)
    if (halt !== undefined && halt.untilMs > clock.now()) throw paused(halt.untilMs - clock.now(), halt.zh)
    const shop = shops.byId(id)
    if (shop === undefined)
      throw await haltNow(id, `没有接上编号是「${id}」的店：看它在不在 config/shops 里、启用没有、密钥设了没有`)
    const how = await db.statement((tx) => standings(tx, [id], clock.now()))
    const afterMs = how.get(id)?.isPaused === true ? MINUTE_MS : shop.budget.room() === 0 ? SECOND_MS : 0
    if (afterMs > 0) throw paused(afterMs, '店铺的接口连不上，或者调用太快，歇一会儿再发')
    return shop
  }

  /** A no to the shop as a whole, by which for certain nothing was done, is none to this gift. */
  async function asking<Answer>(id: string, ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask()
    } catch (error) {
      const isForAPerson = error instanceof ShopError && error.scope === 'shop' && error.retry === 'never'
      throw isForAPerson && !error.mayHaveHappened ? await haltNow(id, error.zh ?? error.code) : error
    }
  }

  /** By their own orders there, then by what operators and pushes said of them, then by the shop itself. */
  async function memberOf({ id, connection }: OpenShop, externalUserId: string): Promise<string | undefined> {
    const { known, unionId, unnumbered } = await db.statement((tx) => knownMember(tx, id, externalUserId))
    if (known !== undefined) return known
    const member = unionId === undefined ? undefined : await connection.memberOf?.(unionId)
    // Read before its buyer's number was kept: it is read once more, and the next look finds them.
    const subject = unnumbered === undefined ? undefined : connection.subjectOf?.(unnumbered)
    if (member === undefined && subject !== undefined) {
      const now = clock.now()
      await db.tx((tx) => putHints(tx, [{ shop: id, subject, toldBy: 'past', dueAtMs: now }], now))
    }
    return member
  }

  return {
    at: async (id) => {
      const shop = await ready(id)
      const { connection } = shop
      return {
        memberOf: (externalUserId) => asking(id, () => memberOf(shop, externalUserId)),
        holds: (member, gift) => asking(id, async () => connection.holds?.(member, gift)),
        grant: async (asked) => {
          const can = connection.grant !== undefined && connection.abilities.gifts.includes(asked.gift.kind)
          if (!can) return { kind: 'refused', zh: '这家店的接口发不了它' }
          const given = await asking(id, async () => connection.grant?.(asked))
          return given ?? { kind: 'refused', zh: '这家店的接口发不了它' }
        },
      }
    },
  }
}

async function knownMember(tx: Tx, shop: string, externalUserId: string) {
  const source = (await tx.row(sql`SELECT ${pick(c, 'source')} FROM ${c} WHERE ${c.shop} = ${shop}`))?.source
  const { unionId, links } = await customerQueries.identityOf(tx, externalUserId)
  const byOrder = source === undefined ? undefined : await orderQueries.memberAt(tx, externalUserId, source)
  const isUnnumbered = source !== undefined && byOrder === undefined
  const unnumbered = isUnnumbered ? await orderQueries.withoutMemberAt(tx, externalUserId, source) : undefined
  const linked = links.flatMap((link) => (link.source === source ? (link.shop_user_id ?? []) : []))
  const told = unionId === undefined ? [] : await membersOf(tx, shop, unionId)
  // Of several accounts nobody knows which is meant.
  const [one, another] = new Set(linked.length > 0 ? linked : told)
  return { known: byOrder ?? (another === undefined ? one : undefined), unionId, unnumbered }
}
