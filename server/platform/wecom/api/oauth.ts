import Type from 'typebox'
import type { Call } from '../call.ts'
import { get, post } from '../wire/endpoint.ts'
import { Id, optionalInteger, optionalText } from './common.ts'

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

const UserDetail = post({
  path: '/cgi-bin/auth/getuserdetail',
  repeatable: true,
  request: Type.Object({ user_ticket: Type.String({ minLength: 1, maxLength: 512 }) }),
  answer: Type.Object({
    userid: Id,
    /** 0 unknown, 1 male, 2 female. */
    gender: optionalInteger,
    avatar: optionalText,
    qr_code: optionalText,
    mobile: optionalText,
    email: optionalText,
    biz_mail: optionalText,
    address: optionalText,
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
  /** The member's own profile, as far as the member agreed. `user_ticket`: of userInfo after scope snsapi_privateinfo, 1,800 s;
   *  throws 84014 expired, 84015 invalid. Safe to repeat. Doc 95833. */
  userDetail: (user_ticket: string) => call(UserDetail, { user_ticket }),
})
