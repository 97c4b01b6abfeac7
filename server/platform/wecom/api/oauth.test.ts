import { expect, it } from 'vitest'
import { MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { openSandbox } from '../testing/open-sandbox.ts'
import { createOAuth } from './oauth.ts'

const oauth = createOAuth(() => Promise.reject(new Error('not called')), {
  oauthBase: 'https://open.weixin.qq.com/',
  corpId: 'ww1',
  agentId: 1_000_002,
})

it('sends the browser to the documented address', () => {
  const url = oauth.authorizeUrl({ redirectUri: 'https://crm.example.com:8443/back?to=/a&b=1', state: 'abc123' })
  expect(url).toBe(
    'https://open.weixin.qq.com/connect/oauth2/authorize?appid=ww1&redirect_uri=https%3A%2F%2Fcrm.example.com%3A8443%2Fback%3Fto%3D%2Fa%26b%3D1&response_type=code&scope=snsapi_base&state=abc123&agentid=1000002#wechat_redirect',
  )
})

it.each(['', 'a b', 'a-b', '中', 'a'.repeat(129)])('refuses the state "%s", which WeCom would', (state) => {
  expect(() => oauth.authorizeUrl({ redirectUri: 'https://crm.example.com', state })).toThrow(TypeError)
})

it('a member who agreed at login shows mobile and mail for half an hour; one who did not shows neither', async () => {
  const t = await openSandbox()
  try {
    const member = { name: '王五', mobile: '13800000005', biz_mail: 'w@corp.cn', department: [1] }
    await t.contacts.directory.members.create({ userid: 'wangwu', ...member })
    const login = async (scope: 'snsapi_base' | 'snsapi_privateinfo'): Promise<string> => {
      const url = t.wecom.oauth.authorizeUrl({ redirectUri: 'http://a.cn/', state: 's', scope })
      const page = await fetch(`${url.replace('#wechat_redirect', '')}&sandbox_guide=wangwu`, { redirect: 'manual' })
      return new URL(page.headers.get('location') ?? '').searchParams.get('code') ?? ''
    }
    expect(await t.wecom.oauth.userInfo(await login('snsapi_base'))).not.toHaveProperty('user_ticket')
    const { user_ticket = '' } = await t.wecom.oauth.userInfo(await login('snsapi_privateinfo'))
    expect(await t.wecom.oauth.userDetail(user_ticket)).toMatchObject({
      userid: 'wangwu',
      mobile: '13800000005',
      biz_mail: 'w@corp.cn',
    })
    t.clock.advance(30 * MINUTE_MS)
    await expect(t.wecom.oauth.userDetail(user_ticket)).rejects.toMatchObject({ errcode: 84014 })
    await expect(t.wecom.oauth.userDetail('nothing')).rejects.toMatchObject({ errcode: 84015 })
  } finally {
    await t.close()
  }
})
