import type { OAuthCodes } from '../api/oauth-codes.ts'
import type { Desk } from '../desk.ts'
import { findStaff } from '../relations.ts'

const escapeHtml = (text: string): string => text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`)

export type AuthorizeReply = { redirect: string } | { status: number; html: string }

/** In-app OAuth (docs 91022): who sits at the desk comes from `?sandbox_guide`, else from the page's cookie. */
export function authorize(
  desk: Desk,
  codes: OAuthCodes,
  query: Record<string, string>,
  cookieGuide: string | undefined,
): AuthorizeReply {
  const { appid, redirect_uri: target = '', state = '', response_type: responseType } = query
  if (appid !== desk.credentials.corpId || responseType !== 'code' || !URL.canParse(target)) {
    return { status: 400, html: '<meta charset="utf-8"><p>授权参数不正确（appid、redirect_uri 或 response_type）</p>' }
  }
  const staff = findStaff(desk.world, query.sandbox_guide ?? cookieGuide ?? '')
  if (staff) {
    const url = new URL(target)
    url.searchParams.set('code', codes.issue(staff.userId, query.scope === 'snsapi_privateinfo'))
    url.searchParams.set('state', state)
    return { redirect: url.toString() }
  }
  const links = [...desk.world.staff.values()]
    .filter((person) => !person.left)
    .map((person) => {
      const params = new URLSearchParams({ ...query, sandbox_guide: person.userId })
      return `<li><a href="?${escapeHtml(params.toString())}">${escapeHtml(person.name)}</a></li>`
    })
  const style = 'font:16px/2 system-ui;max-width:20em;margin:15vh auto;color:#333'
  return {
    status: 200,
    html: `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>选择导购</title><body style="${style}"><h3>以哪位导购的身份登录？</h3><ul>${links.join('')}</ul>`,
  }
}
