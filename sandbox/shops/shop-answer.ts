import type { Chance, Manners } from './manners.ts'

export interface ShopRequest {
  method: string
  /** Below the shop's own address: `/channels/ec/order/get`. */
  path: string
  query: Record<string, string>
  headers: Record<string, string | undefined>
  body: string
}

export interface ShopReply {
  status: number
  contentType: string
  body: string
}

export const json = (value: unknown): ShopReply => ({
  status: 200,
  contentType: 'application/json; charset=utf-8',
  body: JSON.stringify(value),
})

/** At times something else than what was promised. `withoutField`: an answer of HTTP 200 that lacks what it is about. */
export function perhapsWrong(
  reply: () => ShopReply,
  { chance, manners, busy, withoutField }: { chance: Chance; manners: Manners; busy: unknown; withoutField: unknown },
): ShopReply {
  if (chance(manners.down, 'down')) return { status: 503, contentType: 'text/plain', body: 'down' }
  if (!chance(manners.wrongShapes, 'wrong')) return reply()
  if (chance(0.3, 'html')) return { status: 200, contentType: 'text/html', body: '<html>维护中</html>' }
  if (chance(0.3, 'gateway')) return { status: 502, contentType: 'text/plain', body: 'bad gateway' }
  return json(chance(0.5, 'busy') ? busy : withoutField)
}

const TIMED_OUT: ShopReply = { status: 504, contentType: 'text/plain', body: 'gateway timeout' }

/** What was done is done, and its answer gets lost at times; at others it never comes to be done. */
export function perhapsLost(
  reply: () => ShopReply,
  { chance, manners }: { chance: Chance; manners: Manners },
): ShopReply {
  if (manners.lostAsks > 0 && chance(manners.lostAsks, 'lost ask')) return TIMED_OUT
  const done = reply()
  return chance(manners.lostAnswers, 'lost answer') ? TIMED_OUT : done
}
