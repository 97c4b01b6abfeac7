import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '../api/api-error.ts'
import { LATER } from '../later.ts'
import { aProfile, NOW_MS } from '../testing/fixtures.ts'
import { someJourneys } from '../testing/fixtures-journeys.ts'
import { closeSidebars, deferred, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { article, button, buttonIn, buttons, click, screenText, sheet } from '../testing/screen.ts'

beforeEach(() => vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] }))
afterEach(closeSidebars)

const lines = (): HTMLButtonElement => button(/跟进计划，点开看为什么/)
const dialog = (): HTMLElement => sheet('为什么')
const text = (element: Element): string => (element.textContent ?? '').replace(/\s+/g, ' ').trim()
const stepsOf = (title: string): string[] =>
  [...article(title).querySelectorAll('ol > li')].map((step) => [...step.children].map(text).join(' | '))

test('a tap on the journey tells what goes on now, then every step, the newest first, with what it looked at', async () => {
  const { api } = await openSidebar()
  expect(text(lines())).toBe('正在走「新客首单」接下来：提醒导购做首单回访，明天 10:00跟进计划，点开看为什么')
  expect(api.journeys).not.toHaveBeenCalled()
  await click(lines())
  expect(text(article('新客首单'))).toContain('现在等待 1 天（明天 10:00）接下来给导购待办「首单回访」')
  expect(stepsOf('新客首单')).toEqual([
    '因为「已付款订单数至少 1」，走这一步 | 已付款订单数 2 | 11月22日 04:30',
    '标签：加 生命周期/新客 | 11月21日 04:30',
    '进入：添加好友 | 来源渠道 包裹卡 | 11月21日 04:30',
  ])
  // Versions say nothing to a guide.
  expect(text(article('新客首单'))).toMatch(
    /给运营看规则版本 7a41c09be2d3；「标签：加 生命周期\/新客」按版本 03ffe1d2c4b5$/,
  )
  expect(text(article('沉睡唤醒'))).toContain('只观察现在在对照组，不发消息也不派待办，到 12月12日 10:30 为止')
})

test('what is over is told in a line, its steps after a tap; so are the journeys that were not entered', async () => {
  await openSidebar()
  await click(lines())
  const over = article('欢迎进群')
  expect(text(over)).toBe(
    '欢迎进群 达成目标 结果入群，11月11日 10:30 看每一步'
      .replace(' 达', '达')
      .replace('标 结', '标结')
      .replace('0 看', '0看'),
  )
  await click(buttonIn(over, '看每一步'))
  expect(stepsOf('欢迎进群')[0]).toContain('邀请进科普群')
  expect(screenText()).not.toContain('累计付款金额至少 2000 元')
  await click(button('没有进的跟进计划 2'))
  expect(text(dialog())).toContain(
    'VIP 升级不符合条件：累计付款金额至少 2000 元（现在 786 元）11月19日 10:30 付款时没有进',
  )
  expect(text(dialog())).toContain('生日没有启用给运营看规则版本 d00d00d00d00')
})

test('in no journey at all one may still ask why; a shop without journeys is told so', async () => {
  await openSidebar({
    api: {
      profile: async () => aProfile({ journeys: [] }),
      journeys: async () => ({ ...someJourneys(), total: 0, journeys: [] }),
    },
  })
  expect(text(lines())).toContain('没有在走的跟进计划')
  await click(lines())
  expect(text(dialog())).toContain('现在没有在走的跟进计划。 没有进的跟进计划 2')
  closeSidebars()
  vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] })
  await openSidebar({ api: { journeys: async () => ({ total: 0, journeys: [], notIn: [] }) } })
  await click(lines())
  expect(text(dialog())).toContain('还没有跟进计划')
})

test('what fails can be asked for again, what is slow says so, and another customer closes it', async () => {
  vi.useFakeTimers({ now: NOW_MS, toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  const late = deferred<ReturnType<typeof someJourneys>>()
  const journeys = vi
    .fn()
    .mockRejectedValueOnce(new ApiError(500, 'internal', '服务器出了点问题，请稍后重试'))
    .mockReturnValue(late.promise)
  const chat = fakeChat('wm-a')
  await openSidebar({ api: { journeys }, chat })
  await click(lines())
  expect(text(dialog())).toContain('没有加载出来服务器出了点问题，请稍后重试')
  await click(button('重试'))
  expect(dialog().querySelector('[aria-busy=true]')).not.toBeNull()
  expect(text(dialog())).not.toContain('网络有点慢')
  await vi.advanceTimersByTimeAsync(2_500)
  expect(text(dialog())).toContain('网络有点慢，还在加载…')
  late.resolve(someJourneys())
  await flushPromises()
  expect(article('新客首单')).toBeDefined()
  await chat.switchTo('wm-b')
  expect(buttons('关闭')).toEqual([])
})

test('a part that does not come says so, and comes after a tap', async () => {
  vi.spyOn(LATER, 'journeys').mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module'))
  vi.spyOn(console, 'error').mockReturnValue()
  await openSidebar()
  await click(lines())
  expect(text(dialog())).toContain('没有加载出来网络断了，或者刚更新过')
  await click(button('重试'))
  await flushPromises()
  expect(article('新客首单')).toBeDefined()
})

test('a level says why the customer is on it', async () => {
  await openSidebar()
  await click(button(/^分层 ?A 级.*为什么$/))
  expect(screenText()).toContain('订单付款后，符合「A」：累计付款金额至少 500 元')
  expect(screenText()).toContain('从什么时候起11月19日 10:30')
  expect(screenText()).toContain('版本 5d0c2e9b71aa')
})
