import Type from 'typebox'
import type { Call } from '../call.ts'
import { get } from '../endpoint.ts'
import { optionalText } from './common.ts'

const UserInfo = get({
  path: '/cgi-bin/auth/getuserinfo',
  // The code works once; a second try on a fresh connection would find it used.
  repeatable: false,
  request: Type.Object({ code: Type.String({ minLength: 1, maxLength: 512 }) }),
  answer: Type.Object({
    /** Present for members of the corp. */
    userid: optionalText,
    user_ticket: optionalText,
    /** Present for everybody else. */
    openid: optionalText,
    external_userid: optionalText,
  }),
})

export interface AuthorizeRequest {
  /** Absolute; its host and port must be a trusted domain of the app (50001). */
  redirectUri: string
  /** Letters and digits, ≤128 bytes. */
  state: string
  scope?: 'snsapi_base' | 'snsapi_privateinfo'
}

/** Login of members inside WeCom. */
export const createOAuth = (call: Call, options: { oauthBase: string; corpId: string; agentId: number }) => ({
  /** Where to send the browser; it comes back to redirectUri with `code` and `state`. Doc 91022. */
  authorizeUrl: ({ redirectUri, state, scope = 'snsapi_base' }: AuthorizeRequest): string => {
    if (!/^[a-zA-Z0-9]{1,128}$/.test(state)) throw new TypeError('state must be 1–128 letters or digits')
    const query = new URLSearchParams({
      appid: options.corpId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope,
      state,
      agentid: String(options.agentId),
    })
    return `${options.oauthBase.replace(/\/$/, '')}/connect/oauth2/authorize?${query}#wechat_redirect`
  },
  /** Who came with the code: `userid` for a member, else `openid`. code: 5 minutes, once; throws 40029, 42003, 42022.
   *  Not safe to repeat. Doc 91023. */
  userInfo: (code: string) => call(UserInfo, { code }),
})
