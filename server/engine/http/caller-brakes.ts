import type { FastifyRequest } from 'fastify'
import { createBrake } from './brake.ts'
import { holdBack } from './hold-back.ts'

export interface CallerBrakesOptions {
  /** Requests a second of one address that nobody is logged in at; 0: no brake. An office is one address. */
  perAddress: number
  /** Requests a second of one guide, whatever the address; 0: no brake. */
  perGuide: number
  /** Who is logged in, if anybody. Must be cheap: asked for each request. */
  guideOf(request: FastifyRequest): string | undefined
  onHeldBack(who: Caller): void
}

export type Caller = 'address' | 'guide' | 'shop'

/** WeCom decides how fast callbacks come, and whoever watches the process asks for this one only. */
const FREE = new Set(['/wecom/callback', '/healthz'])
/** A shop tells of its whole past in one go; each order is checked against its signature before anything else is done. */
const OF_SHOP = /^\/api\/(?!sidebar\/)/
const SHOP_FACTOR = 10
/** Seconds' worth at once: opening the page asks for a dozen things. */
const BURST_SEC = 6
const GUIDE_BURST_SEC = 20

/** Before anything else is done for a request: not more than a person, an office or a shop can want. What is too much waits a
 *  second and gets 429. */
export function createCallerBrakes({ perAddress, perGuide, guideOf, onHeldBack }: CallerBrakesOptions) {
  const brakes = {
    address: brakeOf(perAddress, BURST_SEC),
    shop: brakeOf(perAddress * SHOP_FACTOR, BURST_SEC),
    guide: brakeOf(perGuide, GUIDE_BURST_SEC),
  }

  function callerOf(request: FastifyRequest): { who: Caller; key: string } {
    const guide = guideOf(request)
    if (guide !== undefined) return { who: 'guide', key: guide }
    return { who: OF_SHOP.test(request.url) ? 'shop' : 'address', key: request.ip }
  }

  /** Throws http.too-many (429). */
  return async (request: FastifyRequest): Promise<void> => {
    if (FREE.has(request.routeOptions.url ?? '')) return
    const { who, key } = callerOf(request)
    if (brakes[who]?.take(key) !== false) return
    onHeldBack(who)
    await holdBack()
  }
}

const brakeOf = (perSecond: number, burstSec: number) =>
  perSecond === 0 ? undefined : createBrake({ perSecond, burst: perSecond * burstSec })
