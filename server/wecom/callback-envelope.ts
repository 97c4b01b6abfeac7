import type { CallbackEnvelope } from '../inbox/callback-route.ts'
import type { Clock } from '../kernel/clock.ts'
import { readCallbackBody, readEventXml } from './callback-body.ts'
import { type CallbackSecrets, createCallbackCrypto } from './callback-crypto.ts'
import { toInboundEvent } from './inbound-event.ts'

/** How WeCom wraps its callbacks: signed and encrypted XML. Throws callback.bad-signature, callback.wrong-corp (403),
 *  callback.bad-body (400). */
export function createCallbackEnvelope({ clock, ...secrets }: CallbackSecrets & { clock: Clock }): CallbackEnvelope {
  const crypto = createCallbackCrypto(secrets)
  return {
    openEcho: (signed, echo) => crypto.open(signed, echo),
    openEvent: (signed, body) => {
      const plaintext = crypto.open(signed, readCallbackBody(body).encrypt)
      return toInboundEvent(readEventXml(plaintext), clock.now())
    },
  }
}
