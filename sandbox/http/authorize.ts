import type { OAuthCodes } from '../api/oauth-codes.ts'
import type { Desk } from '../desk.ts'
import { findStaff } from '../relations.ts'

const escapeHtml = (text: string): string => text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`)

export type AuthorizeReply = { redirect: string } | { status: number; html: string }

/** In-app OAuth (docs 91022): who sits at the desk comes from `?sandbox_guide`, else from the page's cookies; `customer`: who opens it
 *  in WeChat, by the id that they have or would have here. */
export function authorize(
  desk: Desk,
  codes: OAuthCodes,
  query: Record<string, string>,
  { guide: cookieGuide, customer }: { guide?: string | undefined; customer?: string | undefined },
): AuthorizeReply {
  const { appid, redirect_uri: target = '', state = '', response_type: responseType } = query
  if (appid !== desk.credentials.corpId || responseType !== 'code' || !URL.canParse(target)) {
    return { status: 400, html: '<meta charset="utf-8"><p>授权参数不正确（appid、redirect_uri 或 response_type）</p>' }
  }
  const staff = findStaff(desk.world, query.sandbox_guide ?? cookieGuide ?? '')
  const back = (code: string): AuthorizeReply => {
    const url = new URL(target)
    url.searchParams.set('code', code)
    url.searchParams.set('state', state)
    return { redirect: url.toString() }
  }
  if (customer !== undefined) {
    const isKnown = desk.world.followsByCustomer.get(customer).length > 0
    return back(codes.issue({ kind: isKnown ? 'customer' : 'stranger', id: customer }))
  }
  if (staff) return back(codes.issue({ kind: 'member', id: staff.userId }, query.scope === 'snsapi_privateinfo'))
  const links = [...desk.world.staff.values()]
    .filter((person) => !person.left)
    .map((person) => {
      const params = new URLSearchParams({ ...query, sandbox_guide: person.userId })
      return `<li><a href="?${escapeHtml(params.toString())}">${escapeHtml(person.name)}</a></li>`
    })
  return { status: 200, html: `${HEAD}<main><h1>以哪位导购的身份登录？</h1><ul>${links.join('')}</ul></main>` }
}

/** In the colours of the sidebar, by day and by night. */
const HEAD = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>选择导购</title>
<style>
:root { color-scheme: light dark; --paper: #f5f2ec; --card: #fffefb; --ink: #22292a; --water: #0e6f66 }
@media (prefers-color-scheme: dark) { :root { --paper: #14191a; --card: #1e2526; --ink: #e8ecea; --water: #5cc7b9 } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 -apple-system, 'PingFang SC', 'Noto Sans CJK SC', sans-serif }
main { max-width: 22em; margin: 0 auto; padding: 10vh 16px 24px }
h1 { margin: 0 0 16px; font-size: 1.25rem }
ul { margin: 0; padding: 0; list-style: none }
a { display: flex; align-items: center; min-height: 3.25rem; margin-bottom: 8px; padding: 0 16px; border-radius: 14px; background: var(--card); color: var(--water); font-weight: 600; text-decoration: none }
a:focus-visible { outline: 2px solid var(--water); outline-offset: 2px }
</style>`
