import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const ask = async (query: Record<string, string>) =>
  (await fetch(`${t.url}/cgi-bin/gettoken?${new URLSearchParams(query)}`)).json()

it('gives the same token while it lives, a new one after two hours', async () => {
  const first = await t.token()
  t.clock.advance(7_199_000)
  expect(await t.token()).toBe(first)
  t.clock.advance(1_000)
  const address = `${t.url}/cgi-bin/user/get?userid=lisi&access_token=${first}`
  expect(await (await fetch(address)).json()).toMatchObject({ errcode: 42001 })
  expect(await t.token()).not.toBe(first)
})

it('may be in a mood in which each new token ends the one before', async () => {
  t.sandbox.setMoods({ newTokenEndsOld: true })
  const first = await t.token()
  const second = await t.token()
  const use = async (token: string) =>
    (await fetch(`${t.url}/cgi-bin/user/get?userid=lisi&access_token=${token}`)).json()
  expect(await use(first)).toMatchObject({ errcode: 40014 })
  expect(await use(second)).toMatchObject({ errcode: 0 })
})

it('tells a wrong corp from a wrong secret', async () => {
  const { corpId, secret } = t.sandbox.credentials
  expect(await ask({ corpid: 'wwother', corpsecret: secret })).toMatchObject({ errcode: 40013, access_token: '' })
  expect(await ask({ corpid: corpId, corpsecret: 'wrong' })).toMatchObject({ errcode: 40001 })
  expect(await ask({ corpsecret: secret })).toMatchObject({ errcode: 41002 })
  expect(await ask({ corpid: corpId })).toMatchObject({ errcode: 41004 })
})

it('has two kinds of tickets', async () => {
  const corp = await t.get('get_jsapi_ticket')
  const app = await t.get('ticket/get', { type: 'agent_config' })
  expect([corp.errcode, corp.expires_in, app.errcode, app.expires_in]).toEqual([0, 7200, 0, 7200])
  expect(corp.ticket).not.toBe(app.ticket)
  expect((await t.get('ticket/get', { type: 'other' })).errcode).toBe(91040)
})

it.each([
  ['get_jsapi_ticket', {}, 400],
  ['ticket/get', { type: 'agent_config' }, 100],
])('gives %s %o no more than %i times an hour', async (path, query, most) => {
  const address = await t.address(path, query as Record<string, string>)
  const ask = async () => ((await (await fetch(address)).json()) as { errcode: number }).errcode
  const codes = await Promise.all(Array.from({ length: most + 1 }, ask))
  expect(codes.filter((code) => code === 0)).toHaveLength(most)
  expect(codes.filter((code) => code === 45009)).toHaveLength(1)
  t.clock.advance(3_600_000)
  expect(await ask()).toBe(0)
})

it('shows the directory without phones and faces', async () => {
  expect(await t.get('user/get', { userid: 'ZhangSan' })).toMatchObject({
    userid: 'zhangsan',
    name: '张三',
    department: [1],
  })
  expect(await t.get('user/get', { userid: 'nobody' })).toMatchObject({ errcode: 60111 })
  const list = await t.get('user/simplelist', { department_id: '1' })
  expect(list.userlist).toEqual([
    { userid: 'zhangsan', name: '张三', department: [1] },
    { userid: 'lisi', name: '李四', department: [1] },
  ])
  expect((await t.get('user/list', { department_id: '9' })).errcode).toBe(60003)
  expect(JSON.stringify(await t.get('user/list', { department_id: '1' }))).not.toMatch(/mobile|avatar/)
  expect(await t.get('department/list')).toMatchObject({ department: [{ id: 1, parentid: 0 }] })
})

it('knows who sits at the sidebar: a code works once, for five minutes', async () => {
  const authorize = async (guide: string) => {
    const query = new URLSearchParams({
      appid: t.sandbox.credentials.corpId,
      redirect_uri: 'http://app.test/back?x=1',
      response_type: 'code',
      scope: 'snsapi_base',
      state: 'st',
    })
    const init = { redirect: 'manual', headers: { cookie: `a=b; sandbox_guide=${guide}` } } as const
    const answer = await fetch(`${t.url}/connect/oauth2/authorize?${query}`, init)
    return new URL(answer.headers.get('location') ?? '')
  }
  const back = await authorize('lisi')
  expect(back.origin + back.pathname).toBe('http://app.test/back')
  expect([back.searchParams.get('x'), back.searchParams.get('state')]).toEqual(['1', 'st'])
  const code = back.searchParams.get('code') ?? ''
  expect(await t.get('auth/getuserinfo', { code })).toMatchObject({ errcode: 0, userid: 'lisi' })
  expect(await t.get('auth/getuserinfo', { code })).toMatchObject({ errcode: 42022 })
  const late = (await authorize('zhangsan')).searchParams.get('code') ?? ''
  t.clock.advance(300_000)
  expect(await t.get('auth/getuserinfo', { code: late })).toMatchObject({ errcode: 42003 })
  expect(await t.get('auth/getuserinfo', { code: 'CODEx' })).toMatchObject({ errcode: 40029 })
})

it('asks who it is when nobody is chosen', async () => {
  const query = new URLSearchParams({
    appid: t.sandbox.credentials.corpId,
    redirect_uri: 'http://a.test/',
    response_type: 'code',
  })
  const page = await (await fetch(`${t.url}/connect/oauth2/authorize?${query}`)).text()
  expect(page).toContain('张三')
  expect(page).toContain('sandbox_guide=lisi')
})
