import { expect, it } from 'vitest'
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
