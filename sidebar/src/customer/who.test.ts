import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../api/api-error.ts'
import { aProfile } from '../testing/fixtures.ts'
import { closeSidebars, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { button, buttonIn, buttons, click, link, screenText, sheet, submit, type } from '../testing/screen.ts'

afterEach(closeSidebars)

async function changeRemarkTo(text: string): Promise<void> {
  await click(button(/改备注/))
  await type('备注', text)
  await submit('改备注')
}

test('a remark shows at once and waits for WeCom’s yes', async () => {
  vi.useFakeTimers()
  let remark = '孙姐·爱吃厚切'
  const { api } = await openSidebar({
    api: { profile: async (externalUserId) => aProfile({ externalUserId, remark }) },
  })
  await changeRemarkTo(' 孙姐·西冷 ')
  expect(api.changeRemark).toHaveBeenCalledWith(
    'wm-sunyao',
    expect.objectContaining({ remark: '孙姐·西冷', saw: ['孙姐·爱吃厚切'] }),
  )
  expect(screenText()).toContain('备注 孙姐·西冷')
  expect(screenText()).toContain('等企业微信确认')
  remark = '孙姐·西冷'
  await vi.advanceTimersByTimeAsync(800)
  expect(screenText()).toContain('备注 孙姐·西冷')
  expect(screenText()).not.toContain('等企业微信确认')
})

test('a remark that is refused is put back, with the reason', async () => {
  await openSidebar({
    api: { changeRemark: () => Promise.reject(new ApiError(403, 'sidebar.read-only', '你可以查看这位客户，不能改。')) },
  })
  await changeRemarkTo('别的')
  expect(screenText()).toContain('备注 孙姐·爱吃厚切')
  expect(screenText()).toContain('你可以查看这位客户，不能改。')
})

test('what waited for the network and is refused then is on the screen no more, and the words are there to go on with', async () => {
  const away = new ApiError(0, 'network', '连不上服务器')
  const overtaken = new ApiError(409, 'sidebar.overtaken', '备注刚刚被别处改成了「老客」')
  const changeRemark = vi.fn().mockRejectedValueOnce(away).mockRejectedValue(overtaken)
  const refusedTags = new ApiError(400, 'sidebar.unknown-tag', '没有这个标签')
  const changeTags = vi.fn().mockRejectedValueOnce(away).mockRejectedValueOnce(away).mockRejectedValue(refusedTags)
  await openSidebar({ api: { changeRemark, changeTags } })
  await click(button('标签'))
  await click(button('嫩'))
  await click(buttonIn(sheet('改标签'), '完成'))
  await changeRemarkTo('孙姐·西冷')
  expect(screenText()).toContain('备注 孙姐·西冷')
  // It has not come as far as WeCom.
  expect([screenText().includes('等网络'), screenText().includes('等企业微信确认')]).toEqual([true, false])
  window.dispatchEvent(new Event('online'))
  await flushPromises()
  window.dispatchEvent(new Event('online'))
  await flushPromises()
  expect(screenText()).toContain('备注 孙姐·爱吃厚切')
  expect(screenText()).not.toContain('等企业微信确认')
  await click(button(/改备注/))
  expect(sheet('改备注').querySelector('input')?.value).toBe('孙姐·西冷')
})

test('a remark and tags without a network are kept, shown, told on the banner, and saved once when it is back', async () => {
  const online = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  const away = new ApiError(0, 'network', '连不上服务器')
  const changeRemark = vi.fn().mockRejectedValueOnce(away).mockResolvedValue({ ok: true })
  await openSidebar({ api: { changeRemark } })
  await changeRemarkTo('孙姐·西冷')
  expect(screenText()).toContain('备注 孙姐·西冷')
  expect(screenText()).toContain('1 处改动已记下，网络恢复后自动保存')
  online.mockReturnValue(true)
  window.dispatchEvent(new Event('online'))
  await flushPromises()
  expect(changeRemark).toHaveBeenCalledTimes(2)
  const [first, second] = changeRemark.mock.calls.map(([, body]) => body)
  expect(second).toEqual(first)
  expect(screenText()).not.toContain('处改动已记下')
})

test('a remark that was begun outlives a stray tap, another chat and a refusal, and is told from what is there', async () => {
  const chat = fakeChat('wm-a')
  const changeRemark = vi
    .fn()
    .mockRejectedValueOnce(new ApiError(409, 'sidebar.overtaken', '备注刚刚被别处改成了「孙姐」，你改的没有保存'))
    .mockResolvedValue({ ok: true })
  const profile = async (externalUserId: string) => aProfile({ externalUserId, remark: '孙姐' })
  await openSidebar({ chat, api: { changeRemark, profile } })
  const field = () => sheet('改备注').querySelector('input') as HTMLInputElement
  await click(button(/改备注/))
  await type('备注', '孙姐·西冷')
  await click(sheet('改备注').parentElement as HTMLElement)
  await chat.switchTo('wm-b')
  await click(button(/改备注/))
  expect(field().value).toBe('孙姐')
  await chat.switchTo('wm-a')
  await click(button(/改备注/))
  expect(field().value).toBe('孙姐·西冷')
  expect(screenText()).toContain('这是你上次没有保存的，现在是「孙姐」')
  await submit('改备注')
  expect(screenText()).toContain('备注刚刚被别处改成了「孙姐」')
  await click(button(/改备注/))
  expect(field().value).toBe('孙姐·西冷')
  await submit('改备注')
  await click(button(/改备注/))
  expect(screenText()).not.toContain('上次没有保存')
  await click(sheet('改备注').parentElement as HTMLElement)
  expect(changeRemark.mock.calls.map(([, change]) => change)).toMatchObject([
    { remark: '孙姐·西冷', saw: ['孙姐'] },
    { remark: '孙姐·西冷', saw: ['孙姐'] },
  ])
})

test('what was begun can be dropped for what is there', async () => {
  await openSidebar()
  await click(button(/改备注/))
  await type('备注', '别的')
  await click(sheet('改备注').parentElement as HTMLElement)
  await click(button(/改备注/))
  await click(button('用现在的'))
  expect((sheet('改备注').querySelector('input') as HTMLInputElement).value).toBe('孙姐·爱吃厚切')
})

test('an unconfirmed remark does not follow the guide to the next customer', async () => {
  const chat = fakeChat('wm-a')
  await openSidebar({
    chat,
    api: {
      profile: async (externalUserId) => aProfile({ externalUserId, remark: externalUserId === 'wm-a' ? '甲' : '乙' }),
    },
  })
  // Both have been seen, so nothing is loaded in between.
  await chat.switchTo('wm-b')
  await chat.switchTo('wm-a')
  await changeRemarkTo('甲甲')
  await chat.switchTo('wm-b')
  expect(screenText()).toContain('备注 乙')
  expect(screenText()).not.toContain('甲甲')
})

test('a tag tells who put it on, when, by which rule and facts', async () => {
  vi.useFakeTimers({ now: Date.parse('2026-11-22T10:30:00+08:00'), toFake: ['Date'] })
  await openSidebar()
  await click(button('包裹卡'))
  const text = screenText()
  for (const words of [
    '通过渠道「包裹卡」添加',
    '规则自动打上',
    '11月10日 10:30',
    '渠道「包裹卡」',
    '版本 3f9c1a7be204',
  ]) {
    expect(text).toContain(words)
  }
})

test('many tags stand in one line until all are asked for', async () => {
  const [tag] = aProfile().tags
  if (tag === undefined) throw new Error('the fixture has no tags')
  const tags = Array.from({ length: 12 }, (_, n) => ({ ...tag, name: `口味/第${n}种` }))
  await openSidebar({ api: { profile: async () => aProfile({ tags }) } })
  const line = document.querySelector('ul[aria-label=标签]')?.parentElement
  expect(line?.classList.contains('open')).toBe(false)
  expect(button('标签，共 12 个')).toBeDefined()
  await click(button('更多'))
  expect(line?.classList.contains('open')).toBe(true)
  await click(button('收起'))
  expect(line?.classList.contains('open')).toBe(false)
})

test('few tags are seen without a number', async () => {
  await openSidebar()
  expect(buttons(/^标签，共/)).toEqual([])
})

test('of what one must not overlook the first is on the card, and how much more there is; 更多 shows all and all facts', async () => {
  const change = {
    ...{ handover: '正在从张三转给李四', otherGuides: ['陈浩'] },
    pinned: { text: '孩子对花生过敏', by: '林夏', atMs: 1 },
    welcome: { state: 'not-sent' as const, text: '未发送欢迎语：已过 20 秒', atMs: null },
    days: 0,
  }
  const rest = ['正在从张三转给李四', '孩子对花生过敏', '也加了陈浩']
  await openSidebar({ api: { profile: async (externalUserId) => aProfile({ externalUserId, ...change }) } })
  expect(screenText()).toContain('未发送欢迎语')
  for (const words of rest) expect(screenText()).not.toContain(words)
  await click(button('更多3，还有 3 条提醒'))
  const all = ['未发送欢迎语', ...rest].map((words) => screenText().indexOf(words))
  expect(all).toEqual(all.toSorted((a, b) => a - b))
  expect(all).not.toContain(-1)
  await click(button('收起'))
  expect(screenText()).not.toContain('孩子对花生过敏')
})

const pinned = { text: '花生过敏', by: '林夏', atMs: 1 }
const aWelcome = (state: 'not-sent' | 'waiting') => ({ state, text: '欢迎语没发出去', atMs: null })
test.each([
  ['pinned before what colleagues did', { pinned, otherGuides: ['陈浩'] }, '花生过敏'],
  ['a welcome that failed before pinned', { pinned, welcome: aWelcome('not-sent'), days: 1 }, '欢迎语没发出去'],
  ['pinned before a welcome on its way', { pinned, welcome: aWelcome('waiting'), days: 1 }, '花生过敏'],
  [
    'lost before all',
    { lost: { by: 'customer' as const, atMs: 1, help: [] }, pinned, standsInFor: '林夏' },
    '删除林夏',
  ],
])('%s', async (_what, change, words) => {
  await openSidebar({ api: { profile: async (externalUserId) => aProfile({ externalUserId, ...change }) } })
  expect(screenText()).toContain(words)
  expect(button('更多1，还有 1 条提醒')).toBeDefined()
})

test('tags are chosen by group; each tap is sent by itself, and stands among the tags at once', async () => {
  const { api } = await openSidebar()
  await click(button('标签'))
  await click(button('嫩'))
  // The chip outside the sheet has the same name.
  const options = buttons('黑椒').filter((element) => element.getAttribute('role') === 'checkbox')
  expect(options.map((element) => element.getAttribute('aria-checked'))).toEqual(['true'])
  for (const option of options) await click(option)
  expect(vi.mocked(api.changeTags).mock.calls).toMatchObject([
    ['wm-sunyao', { add: ['口味/嫩'], remove: [] }],
    ['wm-sunyao', { add: [], remove: ['口味/黑椒'] }],
  ])
  const chips = [...document.querySelectorAll('ul[aria-label=标签] button')].map((chip) => chip.textContent)
  expect(chips).toEqual(['包裹卡', 'A 类', '厚切', '首购', '嫩'])
})

test('tags that are refused are put back', async () => {
  await openSidebar({
    api: { changeTags: () => Promise.reject(new ApiError(400, 'sidebar.unknown-tag', '没有「口味/嫩」这个标签')) },
  })
  await click(button('标签'))
  await click(button('嫩'))
  const chips = [...document.querySelectorAll('ul[aria-label=标签] button')].map((chip) => chip.textContent)
  expect(chips).toEqual(['包裹卡', 'A 类', '厚切', '黑椒', '首购'])
  expect(screenText()).toContain('没有「口味/嫩」这个标签')
})

test('a customer who is being handed over is told as such on the card, and nobody else is', async () => {
  await openSidebar()
  expect(screenText()).not.toContain('正在从')
  closeSidebars()
  const handover = '正在从张三转给李四，等待客户确认，最迟 2026-11-23 09:05 自动完成'
  await openSidebar({ api: { profile: async (externalUserId) => aProfile({ externalUserId, handover }) } })
  expect(screenText()).toContain(handover)
})

test.each([
  [[], null],
  [['陈浩'], '也加了陈浩，先看看动态再开口'],
  [['陈浩', '周敏'], '也加了陈浩等 2 位同事，先看看动态再开口'],
])('colleagues who know the customer too: %j', async (otherGuides, words) => {
  await openSidebar({ api: { profile: async (externalUserId) => aProfile({ externalUserId, otherGuides }) } })
  if (words === null) expect(screenText()).not.toContain('也加了')
  else expect(screenText()).toContain(words)
})

test('each page of the customer is one tap away', async () => {
  await openSidebar()
  expect(['下一步', '话术', '订单', '动态'].map((name) => link(new RegExp(`^${name}`)).tagName)).toEqual([
    'A',
    'A',
    'A',
    'A',
  ])
})

test('where the house knew them before is told with the own source', async () => {
  vi.useFakeTimers({ now: Date.parse('2026-11-22T10:30:00+08:00'), toFake: ['Date'] })
  const first = { channel: '直播间', guide: '陈浩', atMs: Date.parse('2026-11-19T10:30:00+08:00') }
  const source = { ...aProfile().source, first }
  await openSidebar({ api: { profile: async (externalUserId) => aProfile({ externalUserId, source }) } })
  expect(screenText()).toContain('来自包裹卡')
  expect(screenText()).toContain('最早 3 天前从直播间加了陈浩')
})

test('a customer who uses WeCom at work is shown with the company', async () => {
  const profile = async (externalUserId: string) => aProfile({ externalUserId, corpName: '牧野餐饮' })
  await openSidebar({ api: { profile } })
  expect(screenText()).toContain('@牧野餐饮')
})

test.each([
  [false, {}, '替林夏，改动记你名，为什么', '你在替林夏看这位客户，改动会写明是你改的'],
  [true, {}, '替林夏，只能看，为什么', '你在替林夏看这位客户，只能看'],
  [
    false,
    { pinned, otherGuides: ['陈浩'], handover: '正在从张三转给李四' },
    '替林夏，改动记你名，为什么',
    '你在替林夏',
  ],
  [true, { lost: { by: 'guide' as const, atMs: 1, help: [] } }, '替林夏，只能看，为什么', '你在替林夏'],
])(
  'whoever stands in for a guide is told so beside the name (only looks: %j), whatever else there is: %j',
  async (isReadOnly, change, mark, words) => {
    const profile = aProfile({ standsInFor: '林夏', isReadOnly, ...change })
    await openSidebar({ api: { profile: async (externalUserId) => ({ ...profile, externalUserId }) } })
    await click(button(mark))
    expect(screenText()).toContain(words)
  },
)

test('a guide is not told to stand in for anybody', async () => {
  await openSidebar()
  expect(buttons(/^替/)).toEqual([])
})
