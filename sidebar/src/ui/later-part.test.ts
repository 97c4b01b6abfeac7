import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LATER } from '../later.ts'
import { aProfile } from '../testing/fixtures.ts'
import { closeSidebars, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { button, click, link, screenText, sheet, sheets } from '../testing/screen.ts'
import { mayHelpToLoadAnew } from './load-anew.ts'

const GONE = new TypeError('Failed to fetch dynamically imported module')
const page = (html: string | undefined) =>
  vi.fn(async () => {
    if (html === undefined) throw new TypeError('Failed to fetch')
    return new Response(html)
  })
const reload = vi.fn()
beforeEach(() => {
  reload.mockClear()
  vi.spyOn(window.location, 'reload').mockImplementation(reload)
  vi.spyOn(console, 'error').mockReturnValue()
  vi.spyOn(console, 'warn').mockReturnValue()
  vi.stubGlobal('fetch', page(undefined))
})
afterEach(() => {
  closeSidebars()
  vi.stubGlobal('fetch', () => Promise.reject(new Error('no network in component tests')))
  for (const one of document.head.querySelectorAll('script[type=module]')) one.remove()
})

const fails = (part: keyof typeof LATER) => vi.spyOn(LATER, part).mockRejectedValueOnce(GONE)

const LED = async (externalUserId: string) => aProfile({ externalUserId, standsInFor: '林夏', fields: [] })
test.each([
  ['tags', '标签', '改标签'],
  ['notes', '记一笔', '记录'],
  ['taskMore', /^现在不做/, '现在不做'],
  ['unwanted', /^免打扰/, '不想收到什么'],
  ['handover', /^转接/, '转给同事'],
] as const)(
  'a sheet that does not come (%s) is one that says so, closes, and comes after a tap',
  async (part, opener, title) => {
    fails(part)
    await openSidebar({ api: { profile: LED } })
    await click(button(/^更多/))
    await click(button(opener))
    expect(sheet('打不开').textContent).toContain('没有加载出来网络断了，或者刚更新过')
    await click(button('关闭'))
    expect(sheets()).toEqual([])
    await click(button(opener))
    await click(button('重试'))
    await flushPromises()
    expect(sheets().map((one) => one.querySelector('h2')?.textContent)).toEqual([expect.stringContaining(title)])
    expect(reload).not.toHaveBeenCalled()
  },
)

test('a page that does not come leaves the customer and the other pages where they are', async () => {
  // Kept by the router for all that is opened: asked for a second time.
  vi.spyOn(LATER, 'journeys').mockRejectedValueOnce(GONE)
  await openSidebar()
  await click(button(/跟进计划，点开看/))
  expect(sheet('为什么').textContent).toContain('没有加载出来')
  await click(button('关闭'))
  expect(link('订单')).toBeDefined()
  expect(screenText()).toContain('孙瑶')
})

test('outside a chat, the page that does not come says so on the whole of it', async () => {
  fails('day')
  const chat = fakeChat()
  chat.changeSilently({ kind: 'elsewhere', entry: 'normal' })
  await openSidebar({ chat })
  expect(screenText()).toContain('没有加载出来')
  await click(button('重试'))
  await flushPromises()
  expect(screenText()).toContain('我的一天')
})

test.each([
  ['and the server answers: the page is loaded anew', '<script src="/sidebar/assets/index-1.js">', 1],
  ['and nobody answers: what is on the screen stays', undefined, 0],
])('a tap that fails again, %s', async (_what, html, times) => {
  vi.stubGlobal('fetch', page(html))
  vi.spyOn(LATER, 'notes').mockRejectedValueOnce(GONE).mockRejectedValueOnce(GONE)
  await openSidebar()
  await click(button('记一笔'))
  await click(button('重试'))
  await flushPromises()
  expect(reload).toHaveBeenCalledTimes(times)
  expect(sheet('打不开').textContent).toContain('没有加载出来')
})

function named(src: string): void {
  const script = document.createElement('script')
  script.type = 'module'
  // Not fetched: what it names counts.
  Object.defineProperty(script, 'src', { value: `http://localhost${src}` })
  script.setAttribute('src', src)
  Object.defineProperty(document, 'querySelectorAll', { value: () => [script], configurable: true })
}

test.each([
  ['another build', '<script src="/sidebar/assets/index-2.js">', true],
  ['the same build', '<script src="/sidebar/assets/index-1.js">', false],
  ['nobody answers', undefined, false],
])('by itself the page is loaded anew only for another build, once a minute: %s', async (_what, html, isHelped) => {
  vi.stubGlobal('fetch', page(html))
  named('/sidebar/assets/index-1.js')
  try {
    expect(await mayHelpToLoadAnew('itself')).toBe(isHelped)
    expect(await mayHelpToLoadAnew('itself')).toBe(false)
  } finally {
    Reflect.deleteProperty(document, 'querySelectorAll')
  }
})

test('without a network nothing is loaded anew', async () => {
  vi.stubGlobal('fetch', page('<script src="/sidebar/assets/index-2.js">'))
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  expect(await mayHelpToLoadAnew('asked')).toBe(false)
})
