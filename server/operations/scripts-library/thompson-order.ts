import { randomBeta } from 'd3-random'

/** What has become of one script. */
export interface Tried {
  id: string
  /** Customers it was sent to, long enough ago to know. */
  customers: number
  /** Of them bought within the time. */
  bought: number
}

/** `file`: too little is known; `learned`: what sold better stands higher, by chance as far as little is known of it; `explored`:
 *  one of them is first because it is its turn. */
export type How = 'file' | 'learned' | 'explored'

/** Fewer tries than these, over all of them, say nothing. */
export const ENOUGH = 30
/** Of a hundred lists, in so many any one of them stands first, each as often as the others. */
export const EXPLORED = 0.1

/** Thompson sampling: each draws from what is believed of its chance, Beta(1 + bought, 1 + not bought), and the highest draw
 *  stands first; so what is better is shown more, and what is hardly tried is not given up. Each keeps a share of the first
 *  place besides, whatever was learned, so that what changes is noticed. Pure: the same for the same `random`, numbers in
 *  [0, 1). Source: Thompson (1933); Russo et al., A Tutorial on Thompson Sampling (2018), algorithm 3.2; the draw of Beta is d3-random's. */
export function thompsonOrder(arms: readonly Tried[], random: () => number): { order: string[]; how: How } {
  const tried = arms.reduce((sum, arm) => sum + arm.customers, 0)
  if (arms.length < 2 || tried < ENOUGH) return { order: arms.map((arm) => arm.id), how: 'file' }
  const explored = random() < EXPLORED ? arms[Math.floor(random() * arms.length)] : undefined
  const beta = randomBeta.source(random)
  const draws = new Map(
    arms.map(({ id, customers, bought }) => [id, beta(1 + bought, 1 + Math.max(0, customers - bought))()]),
  )
  const order = arms.map((arm) => arm.id).sort((a, b) => (draws.get(b) ?? 0) - (draws.get(a) ?? 0))
  if (explored === undefined) return { order, how: 'learned' }
  return { order: [explored.id, ...order.filter((id) => id !== explored.id)], how: 'explored' }
}
