import { drawPoint } from '../core/kernel/draw.ts'
import { seeded } from '../core/kernel/seeded.ts'
import { type How, type Tried, thompsonOrder } from '../operations/scripts-library/thompson-order.ts'

export interface Proposed extends Tried {
  /** The house's own word; what is more important stays above. */
  priority: number
  /** The customer heard it before. */
  isSaid: boolean
}

/** Proposals as they come by the files, those of the highest priority that the customer has not heard put in order by what became
 *  of them. `seed`: the same gives the same. */
export function learnedOrder(proposed: readonly Proposed[], seed: string): { order: string[]; how: How } {
  const [first] = proposed
  if (first === undefined || first.isSaid) return { order: proposed.map((one) => one.id), how: 'file' }
  const isTop = (one: Proposed): boolean => !one.isSaid && one.priority === first.priority
  const { order, how } = thompsonOrder(
    proposed.filter(isTop),
    seeded(Math.floor(drawPoint('proposals', seed) * 2 ** 32)),
  )
  return { order: [...order, ...proposed.filter((one) => !isTop(one)).map((one) => one.id)], how }
}
