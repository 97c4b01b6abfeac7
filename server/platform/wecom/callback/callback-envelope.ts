import type { Clock } from '../../../core/kernel/clock.ts'
import type { InboundEvent } from '../../../engine/inbox/accept.ts'
import type { CallbackEnvelope } from '../../../engine/inbox/callback-route.ts'
import { readCallbackBody, readEventXml } from './callback-body.ts'
import { type CallbackSecrets, createCallbackCrypto } from './callback-crypto.ts'
import { toInboundEvent, toUnreadableEvent } from './inbound-event.ts'

/** How WeCom wraps its callbacks: signed and encrypted XML. Throws callback.bad-signature, callback.wrong-corp (403),
 *  callback.bad-body (400). What is surely from WeCom but cannot be read is kept as `wecom.unknown`: refused, it would be
 *  lost after three tries. Only what declares entities is refused even then. */
export function createCallbackEnvelope({ clock, ...secrets }: CallbackSecrets & { clock: Clock }): CallbackEnvelope {
  const crypto = createCallbackCrypto(secrets)

  function read(plaintext: string): InboundEvent {
    try {
      return toInboundEvent(readEventXml(plaintext), clock.now())
    } catch (error) {
      if (/<!\s*(DOCTYPE|ENTITY)/i.test(plaintext)) throw error
      return toUnreadableEvent(plaintext, clock.now())
    }
  }

  return {
    openEcho: (signed, echo) => crypto.open(signed, echo),
    openEvent: (signed, body) => read(crypto.open(signed, readCallbackBody(body).encrypt)),
  }
}
