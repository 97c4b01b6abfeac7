import type { Tx } from '../../core/db/tx.ts'
import type { OrderOrigin } from '../../records/orders/order-origin.ts'
import { type ToldWord, toldWords } from '../../records/orders/told-words.ts'
import { type Department, staffQueries } from '../../records/staff/staff-queries.ts'
import type { CreditRule } from '../../rules/schema/credit-rules.ts'
import type { ShopRule } from '../../rules/schema/rule-files.ts'

/** The shops of the rules: who is who there. */
export type ShopNames = readonly Pick<ShopRule, 'shop' | 'staff' | 'stores'>[]

/** Whom and which store the shop names, as far as we know them. */
export interface NamedByShop {
  userId: string | undefined
  department: number | undefined
}

export const NOBODY_NAMED: NamedByShop = { userId: undefined, department: undefined }

export const asksShop = (rules: readonly CreditRule[]): boolean =>
  rules.some(({ to }) => to === 'staff' || to === 'store')

/** What the shop's own map says; of a shop that no rule is called after (a file's, one of another name by now) what the maps of all
 *  agree on. */
function mapped(
  shops: ShopNames,
  { source, word, map }: { source: string; word: string; map: 'staff' | 'stores' },
): string | undefined {
  const own = shops.filter(({ shop }) => shop === source)
  const maps: Readonly<Record<string, number | string>>[] = (own.length > 0 ? own : shops).flatMap((shop) =>
    shop[map] === undefined ? [] : [shop[map]],
  )
  const meant = new Set(maps.flatMap((one) => (Object.hasOwn(one, word) ? [String(one[word])] : [])))
  const [only] = meant
  return meant.size === 1 ? only : undefined
}

/** By the map, else the member whose userid or only name it is. */
async function userIdOf(tx: Tx, shops: ShopNames, said: { source: string; word: string }): Promise<string | undefined> {
  const written = mapped(shops, { ...said, map: 'staff' })
  const current = await staffQueries.currentIdOf(tx, written ?? said.word)
  if ((await staffQueries.get(tx, current)) !== undefined) return current
  const found = written === undefined ? await staffQueries.userIdsOf(tx, [said.word]) : []
  return found.length === 1 ? found[0] : undefined
}

/** By the map, which may say the number, else the only department of this name: a shop's number of a store is not WeCom's. */
function departmentOf(
  departments: readonly Department[],
  shops: ShopNames,
  said: { source: string; word: string },
): number | undefined {
  const written = mapped(shops, { ...said, map: 'stores' })
  const found = departments.filter(
    ({ id, name }) => name === (written ?? said.word) || (written !== undefined && String(id) === written),
  )
  return found.length === 1 ? found[0]?.id : undefined
}

export async function namedByShop(
  tx: Tx,
  { source, origin }: { source: string; origin: OrderOrigin | undefined },
  shops: ShopNames,
): Promise<NamedByShop> {
  const { staff, store } = origin ?? {}
  return {
    userId: staff === undefined ? undefined : await userIdOf(tx, shops, { source, word: staff }),
    department:
      store === undefined
        ? undefined
        : departmentOf(await staffQueries.departments(tx), shops, { source, word: store }),
  }
}

/** What shops said of orders that were paid since then and rules ask for, and that means nobody here: staff or stores to be
 *  written into the rule of the shop. Those of most orders first. */
export async function unknownNames(
  tx: Tx,
  { rules, shops, sinceMs }: { rules: readonly CreditRule[]; shops: ShopNames; sinceMs: number },
): Promise<ToldWord[]> {
  const unknown: ToldWord[] = []
  const departments = await staffQueries.departments(tx)
  for (const part of ['staff', 'store'] as const) {
    if (!rules.some(({ to }) => to === part)) continue
    for (const told of await toldWords(tx, part, sinceMs)) {
      const known = part === 'staff' ? await userIdOf(tx, shops, told) : departmentOf(departments, shops, told)
      if (known === undefined) unknown.push(told)
    }
  }
  return unknown.toSorted((a, b) => b.orders - a.orders)
}
