import type { FastifyRequest } from 'fastify'
import { createBrake } from './brake.ts'
import { holdBack, keepWaiting } from './hold-back.ts'

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

/** WeCom decides how fast callbacks come; what is refused there has a brake of its own (refusal-brake.ts). */
const FREE = '/wecom/callback'
/** A balancer takes a no for death, and may share its address with whoever comes through it: answered, if late. */
const ALWAYS_ANSWERED = '/healthz'
/** A shop tells of its whole past in one go; each order is checked against its signature before anything else is done. */
const OF_SHOP = /^\/(?:api\/(?!sidebar\/)|shops\/)/
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
  const watchers = brakeOf(perAddress, BURST_SEC)

  function callerOf(request: FastifyRequest): { who: Caller; key: string } {
    const guide = guideOf(request)
    if (guide !== undefined) return { who: 'guide', key: guide }
    return { who: OF_SHOP.test(request.url) ? 'shop' : 'address', key: request.ip }
  }

  /** Throws http.too-many (429). */
  return async (request: FastifyRequest): Promise<void> => {
    const route = request.routeOptions.url
    if (route === FREE) return
    if (route === ALWAYS_ANSWERED) {
      if (watchers?.take(request.ip) === false) await keepWaiting()
      return
    }
    const { who, key } = callerOf(request)
    if (brakes[who]?.take(key) !== false) return
    onHeldBack(who)
    await holdBack()
  }
}

/** 0 a second: no brake. */
export const brakeOf = (perSecond: number, burstSec: number) =>
  perSecond === 0 ? undefined : createBrake({ perSecond, burst: perSecond * burstSec })
