import type { Tx } from '../core/db/tx.ts'
import type { ownFriends } from '../records/customers/own-friends.ts'
import type { orderQueries } from '../records/orders/order-queries.ts'
import type { tagQueries } from '../records/tags/tag-queries.ts'
import type { FoundFriends } from './contract.ts'

export interface FindFriendsDeps {
  customers: { own: Pick<typeof ownFriends, 'like' | 'everOf'> }
  orders: { queries: Pick<typeof orderQueries, 'lastBought'> }
  tags: { queries: Pick<typeof tagQueries, 'idsByWords' | 'byWords'> }
}

const FOUND_SHOWN = 30

/** One's own customers by nickname, remark, tag or what they bought last; the newest first. */
export function createFindFriends({ customers, orders, tags }: FindFriendsDeps) {
  const { lastBought } = orders.queries

  return async function findFriends(tx: Tx, userId: string, q: string): Promise<FoundFriends> {
    const { total, friends } = await customers.own.like(tx, userId, q, {
      limit: FOUND_SHOWN,
      others: [tags.queries.idsByWords(userId, q), lastBought.idsByWords(customers.own.everOf(userId), q)],
    })
    const externalUserIds = friends.map((one) => one.externalUserId)
    const tagged = await tags.queries.byWords(tx, { userId, externalUserIds, tagWords: q })
    const bought = await lastBought.byWords(tx, externalUserIds, q)
    return {
      total,
      friends: friends.map(({ externalUserId, name, remark }) => {
        const [paths, item] = [tagged.get(externalUserId), bought.get(externalUserId)]
        const because = [
          ...(paths === undefined ? [] : [`标签 ${paths.join('、')}`]),
          ...(item === undefined ? [] : [`上次买 ${item}`]),
        ]
        return { externalUserId, name: name ?? null, remark: remark ?? null, because: because.join('；') }
      }),
    }
  }
}
