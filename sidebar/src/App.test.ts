import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from './api/api-error.ts'
import { closeSidebars, openSidebar } from './testing/open-sidebar.ts'
import { button, click, screenText } from './testing/screen.ts'

afterEach(closeSidebars)

const stranger = () => Promise.reject(new ApiError(401, 'sidebar.login-needed', '登录已过期，请重新登录。'))

test('the first screen says who this is, what they bought and what to say next', async () => {
  vi.useFakeTimers({ now: Date.parse('2026-11-22T10:30:00+08:00'), toFake: ['Date'] })
  await openSidebar()
  const text = screenText()
  expect(text).toContain('孙瑶')
  expect(text).toContain('备注 孙姐·爱吃厚切')
  expect(text).toContain('来自包裹卡')
  expect(text).toContain('添加 12 天')
  expect(text).toContain('2 单')
  expect(text).toContain('¥786')
  expect(text).toContain('原切西冷牛排 200g ×4、黑椒酱3 天前')
  expect(text).toContain('她 3 天前收到货，还没人问过解冻')
  expect(text).toContain('孙瑶，牛排收到还顺利吗？')
})

test('a stranger is sent to log in and back to this page', async () => {
  const { assign } = await openSidebar({ api: { me: stranger } })
  expect(assign.mock.calls).toEqual([['/api/sidebar/login?back=%2Fsidebar%2F%3Fguide%3Dlinxia&guide=linxia']])
  expect(screenText()).toContain('正在登录企业微信')
})

test('in the sandbox another guide at the desk means another login', async () => {
  const { assign, api } = await openSidebar({ search: '?guide=chenmo' })
  expect(assign.mock.calls).toEqual([['/api/sidebar/login?back=%2Fsidebar%2F%3Fguide%3Dchenmo&guide=chenmo']])
  expect(api.profile).not.toHaveBeenCalled()
})

test('on WeCom itself the address does not choose the guide', async () => {
  const boot = async () => ({ corpId: 'ww1', agentId: 1, platform: 'wecom' as const })
  const { assign } = await openSidebar({ search: '?guide=chenmo', api: { boot } })
  expect(assign).not.toHaveBeenCalled()
  expect(screenText()).toContain('孙瑶')
})

test('a refused login says why, and tries again only when asked', async () => {
  const { assign } = await openSidebar({ api: { me: stranger }, search: '?guide=linxia&login=not-staff' })
  expect(assign).not.toHaveBeenCalled()
  expect(screenText()).toContain('活水还不认识你')
  await click(button('重新登录'))
  expect(assign.mock.calls).toEqual([['/api/sidebar/login?back=%2Fsidebar%2F%3Fguide%3Dlinxia&guide=linxia']])
})

test('a server that cannot be reached is said plainly, and 重试 opens the page', async () => {
  const boot = vi
    .fn()
    .mockRejectedValueOnce(new ApiError(0, 'network', '连不上服务器，请检查网络后重试'))
    .mockResolvedValue({ corpId: 'ww1', agentId: 1, platform: 'sandbox' })
  await openSidebar({ api: { boot } })
  expect(screenText()).toContain('连不上服务器，请检查网络后重试')
  await click(button('重试'))
  expect(screenText()).toContain('孙瑶')
})
