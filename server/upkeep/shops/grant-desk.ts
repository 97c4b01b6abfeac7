import type { Db } from '../../core/db/db.ts'
import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { GrantDesk } from '../../operations/grants/grant-desk.ts'
import { customerQueries } from '../../records/customers/customer-queries.ts'
import { orderQueries } from '../../records/orders/order-queries.ts'
import type { OpenShop, OpenShops } from './open-shops.ts'
import { membersOf } from './shop-memory.ts'
import { standings } from './shop-standing.ts'
import { SHOP_CONNECTION } from './shop-tables.ts'

const c = SHOP_CONNECTION

/** Gives at the shops that orders are read from: with their tokens, their pace, and while they are there. */
export function createGrantDesk({ db, clock, shops }: { db: Db; clock: Clock; shops: OpenShops }): GrantDesk {
  async function ready(id: string): Promise<OpenShop> {
    const shop = shops.byId(id)
    if (shop === undefined) {
      const zh = `没有接上编号是「${id}」的店：看它在不在 config/shops 里、启用没有、密钥设了没有`
      throw new AppError('shop.gone', 'the shop is not open', { retry: 'later', zh })
    }
    const how = await db.statement((tx) => standings(tx, [id], clock.now()))
    const afterMs = how.get(id)?.isPaused === true ? MINUTE_MS : shop.budget.room() === 0 ? SECOND_MS : 0
    if (afterMs > 0) {
      const zh = '店铺的接口连不上，或者调用太快，歇一会儿再发'
      throw new AppError('shop.paused', 'the shop may not be asked now', { retry: { afterMs }, zh })
    }
    return shop
  }

  /** By their own orders there, then by what operators and pushes said of them, then by the shop itself. */
  async function memberOf({ id, connection }: OpenShop, externalUserId: string): Promise<string | undefined> {
    const { known, unionId } = await db.statement((tx) => knownMember(tx, id, externalUserId))
    if (known !== undefined || unionId === undefined) return known
    return connection.memberOf?.(unionId)
  }

  return {
    at: async (id) => {
      const shop = await ready(id)
      const { connection } = shop
      return {
        memberOf: (externalUserId) => memberOf(shop, externalUserId),
        holds: async (member, gift) => connection.holds?.(member, gift),
        grant: async (asked) => {
          const can = connection.grant !== undefined && connection.abilities.gifts.includes(asked.gift.kind)
          if (!can) return { kind: 'refused', zh: '这家店的接口发不了它' }
          return connection.grant?.(asked) ?? { kind: 'refused', zh: '这家店的接口发不了它' }
        },
      }
    },
  }
}

async function knownMember(tx: Tx, shop: string, externalUserId: string) {
  const source = (await tx.row(sql`SELECT ${pick(c, 'source')} FROM ${c} WHERE ${c.shop} = ${shop}`))?.source
  const { unionId, links } = await customerQueries.identityOf(tx, externalUserId)
  const byOrder = source === undefined ? undefined : await orderQueries.memberAt(tx, externalUserId, source)
  const byLink = links.find((link) => link.source === source)?.shop_user_id ?? undefined
  const told = unionId === undefined ? [] : await membersOf(tx, shop, unionId)
  return { known: byOrder ?? byLink ?? (told.length === 1 ? told[0] : undefined), unionId }
}
