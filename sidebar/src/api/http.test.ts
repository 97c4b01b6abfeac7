import { expect, test, vi } from 'vitest'
import { createHttp } from './http.ts'

const answering = (status: number, body: string) => vi.fn(async () => new Response(body, { status }))

test('asks on our own origin with the query it was given', async () => {
  const fetcher = answering(200, '{"a":1}')
  expect(await createHttp({ fetcher }).get('scripts/search', { q: '冷链 a&b' })).toEqual({ a: 1 })
  const [url, init] = fetcher.mock.calls[0] as unknown as [string, RequestInit]
  expect(url).toBe('/api/sidebar/scripts/search?q=%E5%86%B7%E9%93%BE+a%26b')
  expect(init.credentials).toBe('same-origin')
})

test('a change carries the mark that other sites cannot set', async () => {
  const fetcher = answering(200, '{"ok":true}')
  await createHttp({ fetcher }).post('customers/wm/remark', { remark: '王姐' })
  const [, init] = fetcher.mock.calls[0] as unknown as [string, RequestInit]
  expect(init.method).toBe('POST')
  expect(new Headers(init.headers).get('x-huoshui-sidebar')).toBe('1')
  expect(init.body).toBe('{"remark":"王姐"}')
})

test('the server’s own words reach the screen', async () => {
  const http = createHttp({
    fetcher: answering(403, '{"code":"sidebar.not-yours","zh":"这位客户现在不是你的好友"}'),
  })
  await expect(http.get('customers/wm')).rejects.toMatchObject({
    status: 403,
    code: 'sidebar.not-yours',
    message: '这位客户现在不是你的好友',
    isNotYours: true,
  })
})

test('a proxy’s HTML page becomes a plain sentence', async () => {
  await expect(createHttp({ fetcher: answering(502, '<html>Bad Gateway</html>') }).get('me')).rejects.toMatchObject({
    status: 502,
    message: '服务器出了点问题，请稍后重试',
  })
  await expect(
    createHttp({ fetcher: answering(200, '<html>login to the wifi</html>') }).get('me'),
  ).rejects.toMatchObject({
    message: '服务器出了点问题，请稍后重试',
  })
})

test('no network is told apart from a server’s no', async () => {
  const http = createHttp({ fetcher: () => Promise.reject(new TypeError('Failed to fetch')) })
  await expect(http.get('me')).rejects.toMatchObject({ status: 0, message: '连不上服务器，请检查网络后重试' })
})

test('what came with the page is not asked for, and only once', async () => {
  const fetcher = answering(200, '{"userId":"later"}')
  const http = createHttp({ fetcher, told: { me: { userId: 'linxia' }, 'jssdk-signature?kind=agent&url=a': { n: 1 } } })
  expect(await http.get('me')).toEqual({ userId: 'linxia' })
  expect(await http.get('jssdk-signature', { kind: 'agent', url: 'a' })).toEqual({ n: 1 })
  expect(fetcher).not.toHaveBeenCalled()
  expect(await http.get('me')).toEqual({ userId: 'later' })
  expect(fetcher).toHaveBeenCalledTimes(1)
})
