import type { Check } from '../check.ts'
import { fail, ok } from '../finding.ts'
import { trustOf } from './trusted-domain.ts'

const WHAT = '谁点了链接'

/** LINK_LOGIN=yes needs PUBLIC_URL, and its host as the domain that WeCom trusts: else whoever opens a link sees an error of WeChat
 *  in place of where it leads. Docs 91022. */
export const linkLogin: Check = {
  group: '公网与回调',
  what: WHAT,
  look: async (context) => {
    const { LINK_LOGIN, PUBLIC_URL } = context.settings
    if (LINK_LOGIN !== 'yes') return ok(WHAT, '没有设 LINK_LOGIN=yes，{链接:…} 只靠浏览器分辨是谁点的')
    if (PUBLIC_URL === undefined) {
      return fail(
        WHAT,
        '设了 LINK_LOGIN=yes，还没有设 PUBLIC_URL，{链接:…} 只是原来的网址，谁点了不知道',
        '把 PUBLIC_URL 设成对外的网址，它的域名设成应用的网页授权可信域名，然后重启',
      )
    }
    const consequence = '设了 LINK_LOGIN=yes，客户在微信里点 {链接:…} 会看到「redirect_uri 域名不对」，去不了要去的地方'
    const { domain, trouble } = await trustOf(context, { what: WHAT, consequence })
    return (
      trouble ??
      ok(WHAT, `网页授权可信域名是 ${domain}，与 PUBLIC_URL 一致；导购也要在应用的可见范围里，才说得出是哪位客户`)
    )
  },
}
