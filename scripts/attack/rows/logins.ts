import { createHmac } from 'node:crypto'
import { createScore, type Row } from '../row.ts'

const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const until = Date.now() + 3_600_000

/** Cookies that the server did not make, or did not make for this. */
export const cookies: Row = {
  name: 'cookies',
  says: 'forged, cut, swapped, oversized session cookies',
  run: async (target) => {
    const score = createScore()
    const own = (await target.as('zhangsan')).cookies.get('huoshui_session') ?? ''
    const [body = '', mac = ''] = own.split('.')
    const other = b64({ userId: 'lisi', id: 'x', until })
    const signed = (secret: string, text: string) =>
      `${text}.${createHmac('sha256', secret).update(`session.${text}`).digest('base64url')}`
    const login = await target.ask('/api/sidebar/login?guide=zhangsan')
    const loginToken = /huoshui_login=([^;]+)/.exec(login.headers.get('set-cookie') ?? '')?.[1] ?? ''
    const forged = [
      '',
      '.',
      '..',
      'null',
      body,
      `${body}.`,
      `.${mac}`,
      `${other}.${mac}`,
      `${body}.${mac.slice(0, -1)}`,
      `${body}.${mac}x`,
      `${body}.${mac}.${mac}`,
      `${body}A.${mac}`,
      `${body}.${mac.toLowerCase()}`,
      signed('', other),
      signed('huoshui', other),
      signed(target.sandbox.credentials.corpId, other),
      signed(target.sandbox.credentials.callbackToken, other),
      loginToken,
      `${b64({ alg: 'none' })}.${other}.`,
      'x'.repeat(8_000),
      'x'.repeat(60_000),
    ]
    for (const token of forged) {
      const { status } = await target.ask('/api/sidebar/me', { headers: { cookie: `huoshui_session=${token}` } })
      score.note(`${token.slice(0, 20)}… (${token.length}) answers ${status}`, status >= 400 && status < 500)
    }
    const { status } = await target.ask('/api/sidebar/me', { headers: { cookie: `huoshui_session=${own}` } })
    score.note(`the real one answers ${status}`, status === 200)
    return score.outcome()
  },
}

/** Changes by another site's page. */
export const forms: Row = {
  name: 'forms',
  says: 'cross-site and rebinding forms on a change',
  run: async (target) => {
    const score = createScore()
    const id = await target.customerOf('zhangsan')
    const cookie = `huoshui_session=${(await target.as('zhangsan')).cookies.get('huoshui_session')}`
    const json = 'application/json'
    const tries: Record<string, string>[] = [
      { origin: 'https://evil.example', 'content-type': json, 'x-huoshui-sidebar': '1' },
      { origin: 'null', 'content-type': json, 'x-huoshui-sidebar': '1' },
      {
        origin: target.url.replace('127.0.0.1', '127.0.0.1.evil.example'),
        'content-type': json,
        'x-huoshui-sidebar': '1',
      },
      { origin: target.url.replace(/:\d+$/, ':1'), 'content-type': json, 'x-huoshui-sidebar': '1' },
      { origin: target.url, 'content-type': json },
      { origin: 'https://evil.example', 'content-type': 'text/plain' },
      { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' },
      { origin: 'https://evil.example', 'content-type': 'multipart/form-data; boundary=x' },
      { referer: 'https://evil.example/', 'content-type': json },
      { 'content-type': json },
    ]
    for (const headers of tries) {
      const { status } = await target.ask(`/api/sidebar/customers/${id}/remark`, {
        method: 'POST',
        headers: { cookie, ...headers },
        body: JSON.stringify({ remark: '改', saw: [''] }),
      })
      score.note(`${JSON.stringify(headers)} answers ${status}`, status >= 400 && status < 500)
    }
    score.note('the remark was changed', (await target.count("action WHERE kind = 'follow.remark'")) === 0)
    return score.outcome()
  },
}

/** The login's code and state, again, or by somebody else, and ways out of the page. */
export const oauth: Row = {
  name: 'oauth',
  says: 'codes and states again, foreign ones, return paths',
  run: async (target) => {
    const score = createScore()
    async function begun() {
      const login = await target.ask('/api/sidebar/login?guide=zhangsan')
      const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
      const authorize = await fetch(login.headers.get('location') ?? '', { redirect: 'manual' })
      return { cookie, back: new URL(authorize.headers.get('location') ?? target.url) }
    }
    const finish = async (search: string, cookie: string) => {
      const { headers, status } = await target.ask(`/api/sidebar/oauth?${search}`, { headers: { cookie } })
      return { isIn: /huoshui_session=[^;]/.test(headers.get('set-cookie') ?? ''), status }
    }
    const one = await begun()
    const two = await begun()
    const query = one.back.searchParams
    score.note('the real login does not work', (await finish(`${query}`, one.cookie)).isIn)
    const again: [string, string, string][] = [
      ['the same code again', `${query}`, one.cookie],
      ['without the browser that began', `${two.back.searchParams}`, ''],
      ["with another's browser", `${two.back.searchParams}`, one.cookie],
      ['a state of mine', `code=${two.back.searchParams.get('code')}&state=mine`, two.cookie],
      ['no state', `code=${two.back.searchParams.get('code')}`, two.cookie],
      ['no code', `state=${two.back.searchParams.get('state')}`, two.cookie],
      ['two states', `${two.back.searchParams}&state=mine`, two.cookie],
      ['an invented code', `code=invented&state=${two.back.searchParams.get('state')}`, two.cookie],
    ]
    for (const [what, search, cookie] of again) {
      const { isIn, status } = await finish(search, cookie)
      score.note(`${what}: let in`, !isIn && status < 500)
    }
    const away = [
      '//evil.example',
      'https://evil.example/',
      '/\\evil.example',
      '/sidebar/../..//evil.example',
      '/%2F/evil.example',
      '\\\\evil',
      'javascript:alert(1)',
      '/sidebar',
      '/doctor',
      ' /sidebar/',
      '/sidebar/%0d%0aSet-Cookie:x=1',
      '///evil.example/sidebar/',
      '/sidebar/@evil.example',
      '?',
    ]
    for (const back of away) {
      const { status, headers } = await target.ask(`/api/sidebar/login?${new URLSearchParams({ back })}`)
      const isRefused = status >= 400 && status < 500
      // A path below the page stays one, whatever stands in it.
      const staysHere =
        status === 302 &&
        back.startsWith('/sidebar') &&
        !/evil\.example/.test(new URL(headers.get('location') ?? 'x:').host)
      score.note(`back=${back} answers ${status}`, isRefused || staysHere)
    }
    return score.outcome()
  },
}
