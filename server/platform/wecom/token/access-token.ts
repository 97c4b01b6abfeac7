import type { Clock } from '../../../core/kernel/clock.ts'
import { readErrcode } from '../call.ts'
import type { Http } from '../wire/http.ts'
import { WecomError, WecomUnreachable } from '../wire/wecom-error.ts'
import { createKeptCredential, type KeptCredential } from './kept-credential.ts'
import type { SharedCredential } from './shared-credential.ts'

const PATH = '/cgi-bin/gettoken'
const TIMEOUT_MS = 5_000

/** The access token of one app, valid 7,200 s; WeCom gives the same one while it is valid, and may end it early.
 *  Source: doc 91039. */
export function createAccessToken(options: {
  http: Http
  corpId: string
  secret: string
  clock: Clock
  shared?: SharedCredential | undefined
  onCall?: ((result: { path: string; errcode: number | undefined; ms: number }) => void) | undefined
}): KeptCredential {
  const { http, corpId, secret, clock, shared, onCall } = options

  return createKeptCredential({
    clock,
    shared,
    fetch: async () => {
      const startedAt = performance.now()
      let errcode: number | undefined
      try {
        const answer = await http.request({
          method: 'GET',
          path: PATH,
          query: { corpid: corpId, corpsecret: secret },
          timeoutMs: TIMEOUT_MS,
          repeatable: true,
        })
        errcode = readErrcode(answer)
        if (errcode !== 0) throw new WecomError(errcode, PATH)
        const { access_token: value, expires_in: expiresInSec } = answer
        if (typeof value !== 'string' || value === '' || typeof expiresInSec !== 'number' || expiresInSec <= 0) {
          throw new WecomUnreachable(PATH, 'the answer holds no token', { mayHaveHappened: false })
        }
        return { value, expiresInSec }
      } finally {
        onCall?.({ path: PATH, errcode, ms: Math.round(performance.now() - startedAt) })
      }
    },
  })
}
