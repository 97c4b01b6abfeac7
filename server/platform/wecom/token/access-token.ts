import Type from 'typebox'
import { Value } from 'typebox/value'
import { AppError } from '../../../core/kernel/app-error.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import type { CallResult, OnAnswer } from '../call.ts'
import { readErrcode } from '../wire/errcode.ts'
import type { Http } from '../wire/http.ts'
import { deepest, fieldOf, readLoosely } from '../wire/read-answer.ts'
import { WecomError } from '../wire/wecom-error.ts'
import { createKeptCredential, type KeptCredential } from './kept-credential.ts'
import type { SharedCredential } from './shared-credential.ts'

export const TOKEN_PATH = '/cgi-bin/gettoken'
const TIMEOUT_MS = 5_000
const Token = Type.Object({
  access_token: Type.String({ minLength: 1 }),
  expires_in: Type.Number({ exclusiveMinimum: 0 }),
})

const wrongField = (token: unknown): string => {
  const fault = deepest(Value.Errors(Token, token))
  return fault === undefined ? '' : fieldOf(fault)
}

/** The access token of one app, valid 7,200 s; WeCom gives the same one while it is valid, and may end it early.
 *  Source: doc 91039. */
export function createAccessToken(options: {
  http: Http
  corpId: string
  secret: string
  clock: Clock
  shared?: SharedCredential | undefined
  onCall?: ((result: CallResult) => void) | undefined
  onAnswer?: OnAnswer | undefined
}): KeptCredential {
  const { http, corpId, secret, clock, shared, onCall, onAnswer } = options

  /** Not WecomNotUnderstood: what was to be done with the token is in order, and waits until there is one. */
  function noToken(field: string): AppError {
    onAnswer?.(TOKEN_PATH, { path: TOKEN_PATH, field })
    return new AppError(
      'wecom.credential-missing',
      `the answer to ${TOKEN_PATH} has not the documented shape at ${field}`,
      {
        retry: 'later',
        status: 502,
        zh: '暂时拿不到企业微信的访问凭证，稍后会自动重试',
      },
    )
  }

  return createKeptCredential({
    clock,
    shared,
    fetch: async () => {
      const startedAt = performance.now()
      let errcode: number | undefined
      let isAnswered = false
      try {
        const answer = await http.request({
          method: 'GET',
          path: TOKEN_PATH,
          query: { corpid: corpId, corpsecret: secret },
          timeoutMs: TIMEOUT_MS,
          repeatable: true,
        })
        isAnswered = true
        errcode = readErrcode(answer)
        if (errcode === undefined) throw noToken('errcode')
        if (errcode !== 0) throw new WecomError(errcode, TOKEN_PATH)
        const { value: token } = readLoosely(Token, answer)
        if (!Value.Check(Token, token)) throw noToken(wrongField(token))
        const { access_token: value, expires_in: expiresInSec } = token
        onAnswer?.(TOKEN_PATH, undefined)
        return { value, expiresInSec }
      } finally {
        onCall?.({ path: TOKEN_PATH, errcode, isAnswered, ms: Math.round(performance.now() - startedAt) })
      }
    },
  })
}
