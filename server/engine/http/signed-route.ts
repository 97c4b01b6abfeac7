import type { FastifyInstance } from 'fastify'
import { AppError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { checkSignature, type SignatureForms } from './check-signature.ts'
import { createRefusalBrake } from './refusal-brake.ts'
import { takeAnyType } from './take-any-type.ts'

export interface SignedRoute {
  path: string
  /** Prefix of the codes of its refusals: `orders`. */
  what: string
  clock: Clock
  /** ORDERS_SECRET. */
  secret: string
  forms: SignatureForms
  /** The JSON that was sent; gives what is answered with 200. */
  take(value: unknown): Promise<object>
}

/** Room for an order of 500 items with long names. */
const MAX_BODY_BYTES = 512 * 1024

/** Refused at once, a second, for one address and path; then each waits. A shop with a wrong key asks so often at most, and
 *  whoever has none keeps no processor busy. */
const REFUSED_PER_SECOND = 20

const header = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value)

function parseBody(body: Buffer, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new AppError(`${what}.not-json`, 'the body is not JSON in UTF-8', {
      status: 400,
      zh: '请求体不是 UTF-8 编码的 JSON。',
    })
  }
}

/** A POST by another program of the company, signed with the key that we share. 400, 401 and 413 as
 *  `{ code, message, zh }`. */
export const signedRoute =
  ({ path, what, clock, secret, forms, take }: SignedRoute) =>
  (app: FastifyInstance): void => {
    const beforeRefusal = createRefusalBrake(REFUSED_PER_SECOND)
    app.register(async (scope) => {
      // The signature is over the bytes, so nothing may parse them before.
      takeAnyType(scope, { parseAs: 'buffer' })
      scope.post(path, { bodyLimit: MAX_BODY_BYTES, config: { scope: 'shop' } }, async (request) => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const timestamp = header(request.headers['x-huoshui-timestamp'])
        const signature = header(request.headers['x-huoshui-signature'])
        const signed = { timestamp, signature, method: request.method, path, body }
        try {
          checkSignature(signed, { what, secret, forms, nowMs: clock.now() })
        } catch (error) {
          await beforeRefusal(request.ip)
          throw error
        }
        return take(parseBody(body, what))
      })
    })
  }
