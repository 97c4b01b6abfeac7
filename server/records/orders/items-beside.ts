import type { RowOf } from '../../core/db/define-table.ts'
import type { OrderItem } from './order-body.ts'
import type { SHOP_ORDER_ITEM } from './order-tables.ts'

export type ItemColumns = Pick<
  RowOf<typeof SHOP_ORDER_ITEM>,
  'sku' | 'name' | 'quantity' | 'price_fen' | 'category' | 'line_id'
>

/** The lines of an order as a message tells them, beside those that are known. What a message leaves out stays as it is known: a
 *  file without categories takes none away. The second line of a name is the second that is known. */
export function itemsBeside(known: readonly ItemColumns[], items: readonly OrderItem[]): ItemColumns[] {
  const left = [...known]
  return items.map(({ sku, name, quantity, priceFen, category, lineId }) => {
    const at = left.findIndex((one) => one.name === name)
    const [before] = at < 0 ? [] : left.splice(at, 1)
    return {
      sku: sku === name ? (before?.sku ?? sku) : sku,
      name,
      quantity,
      price_fen: priceFen === 0 ? (before?.price_fen ?? 0) : priceFen,
      category: category ?? before?.category ?? null,
      line_id: lineId ?? before?.line_id ?? null,
    }
  })
}

export const areSameItems = (some: readonly ItemColumns[], others: readonly ItemColumns[]): boolean =>
  some.length === others.length && some.every((one, at) => isSameItem(one, others[at]))

const isSameItem = (one: ItemColumns, other: ItemColumns | undefined): boolean =>
  other !== undefined && (Object.keys(one) as (keyof ItemColumns)[]).every((key) => one[key] === other[key])
