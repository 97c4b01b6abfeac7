import type { Clock } from '../../../core/kernel/clock.ts'
import type { InboundEvent } from '../../../engine/inbox/accept.ts'
import type { CallbackEnvelope, Signed } from '../../../engine/inbox/callback-route.ts'
import { readCallbackBody, readEventXml } from './callback-body.ts'
import { type CallbackSecrets, createCallbackCrypto } from './callback-crypto.ts'
import { toInboundEvent, toUnreadableEvent } from './inbound-event.ts'

export interface CallbackEnvelopeDeps {
  clock: Clock
  /** More than one while token or key are being replaced in the console. */
  secrets: readonly CallbackSecrets[]
}

/** How WeCom wraps its callbacks: signed and encrypted XML. Throws callback.bad-signature, callback.wrong-corp (403),
 *  callback.bad-body (400). What is surely from WeCom but cannot be read is kept as `wecom.unknown`: refused, it would be
 *  lost after three tries. Only what declares entities is refused even then. */
export function createCallbackEnvelope({ clock, secrets }: CallbackEnvelopeDeps): CallbackEnvelope {
  const crypts = secrets.map(createCallbackCrypto)

  /** With the first secrets that open it; those after the first are on their way out. What none opens is refused as the
   *  first would: it is the one that the console has. */
  function open(signed: Signed, sealed: string): string {
    let refusal: unknown
    for (const crypto of crypts) {
      try {
        return crypto.open(signed, sealed)
      } catch (error) {
        refusal ??= error
      }
    }
    throw refusal
  }

  function read(plaintext: string): InboundEvent {
    try {
      return toInboundEvent(readEventXml(plaintext), clock.now())
    } catch (error) {
      if (/<!\s*(DOCTYPE|ENTITY)/i.test(plaintext)) throw error
      return toUnreadableEvent(plaintext, clock.now())
    }
  }

  return {
    openEcho: open,
    openEvent: (signed, body) => read(open(signed, readCallbackBody(body).encrypt)),
  }
}
