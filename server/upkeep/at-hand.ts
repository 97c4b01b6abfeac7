import { isInUse } from '../capabilities/rule-names.ts'
import type { Db } from '../core/db/db.ts'
import type { Tx } from '../core/db/tx.ts'
import { orderQueries } from '../records/orders/order-queries.ts'
import { staffQueries } from '../records/staff/staff-queries.ts'
import { visitedGoods } from '../records/visits/visited-goods.ts'
import type { AtHand, KnownDepartment, KnownMember } from '../rules/at-hand.ts'
import { savedSources } from '../rules/versions/rule-version-store.ts'
import { syncRuns } from './sync/sync-run.ts'

/** What this database knows that rules are checked against. */
export const atHand = (db: Pick<Db, 'tx'>): Promise<AtHand> =>
  db.tx(async (tx) => ({
    ...((await hasRead(tx))
      ? { staff: await membersIn(tx), departments: await departmentsIn(tx) }
      : { staff: undefined, departments: undefined }),
    categories: union(await orderQueries.categories(tx), await visitedGoods(tx, 'categories')),
    products: union(await orderQueries.products(tx), await visitedGoods(tx, 'products')),
    inForce: await savedSources(tx),
    isInUse: (named) => db.tx((inner) => isInUse(inner, named)),
  }))

const union = (one: ReadonlySet<string>, other: ReadonlySet<string>): Set<string> => new Set([...one, ...other])

const departmentsIn = async (tx: Tx): Promise<KnownDepartment[] | undefined> => {
  const known = await staffQueries.departments(tx)
  return known.length === 0 ? undefined : known
}

/** Was the whole corp read once? A member who is told of alone does not make the others unknown. */
const hasRead = async (tx: Tx): Promise<boolean> =>
  ((await syncRuns.newestEnded(tx, 'first')) ?? (await syncRuns.newestEnded(tx, 'reconcile'))) !== undefined

async function membersIn(tx: Tx): Promise<KnownMember[]> {
  const present = (await staffQueries.all(tx)).map(({ userId, name, state }) => ({
    userId,
    name,
    hasLeft: state === 'left',
  }))
  const byId = new Map(present.map((member) => [member.userId, member]))
  const former = [...(await staffQueries.formerIds(tx))].flatMap(([oldId, newId]) => {
    const member = byId.get(newId)
    // A given-up userid may be somebody else's by now.
    return member === undefined || byId.has(oldId) ? [] : [{ ...member, userId: oldId }]
  })
  return [...present, ...former]
}
