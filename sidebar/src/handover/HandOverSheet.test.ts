import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../api/api-error.ts'
import { aProfile } from '../testing/fixtures.ts'
import { closeSidebars, openSidebar } from '../testing/open-sidebar.ts'
import { button, click, screenText, sheets, submit } from '../testing/screen.ts'

afterEach(closeSidebars)

const takers = async () => ({
  takers: [
    { userId: 'zhaoliu', name: '赵六', customers: 40, isFriend: true },
    { userId: 'wangwu', name: '王五', customers: 12, isFriend: false },
  ],
})
const profile = async (externalUserId: string) => aProfile({ externalUserId, standsInFor: '林夏' })

async function choose(text: string): Promise<void> {
  const label = [...document.querySelectorAll('.option')].find((one) => one.textContent?.includes(text))
  const input = label?.querySelector('input')
  if (input === null || input === undefined) throw new Error(`no option ${text}`)
  input.checked = true
  input.dispatchEvent(new Event('change'))
}

test('a lead hands the customer over to a guide of the list, and is told what comes next', async () => {
  const { api } = await openSidebar({ api: { takers, profile } })
  await click(button(/^更多/))
  await click(button(/^转接/))
  expect(screenText()).toContain(
    '24 小时内没有拒绝就转过去，已是好友的马上转。林夏不再是好友，标签和没做完的待办一起过去。',
  )
  expect([...document.querySelectorAll('.option')].map((one) => one.textContent)).toEqual([
    '赵六已是好友40 位客户',
    '王五12 位客户',
  ])
  expect(button('选一位同事').disabled).toBe(true)
  await choose('王五')
  expect(button('转给王五').disabled).toBe(false)
  await submit('转给谁')
  expect(vi.mocked(api.handOver).mock.calls).toEqual([['wm-sunyao', 'wangwu']])
  expect(screenText()).toContain('已发起转接')
  // Closed, and the card says how it stands: asked once when it was opened, and once more now.
  expect(sheets()).toEqual([])
  expect(vi.mocked(api.profile)).toHaveBeenCalledTimes(2)
})

test('what the server refuses is said', async () => {
  const handOver = () => Promise.reject(new ApiError(409, 'sidebar.no-handover', '这位客户现在转不了：已经在转接中。'))
  const { api } = await openSidebar({ api: { takers, profile, handOver } })
  await click(button(/^更多/))
  await click(button(/^转接/))
  await choose('王五')
  await submit('转给谁')
  expect(screenText()).toContain('这位客户现在转不了：已经在转接中。')
  // Still open, with the list as it is now.
  expect(sheets()).toHaveLength(1)
  expect(vi.mocked(api.takers)).toHaveBeenCalledTimes(2)
})

test('is sent once, however often it is pressed', async () => {
  let answer: (said: { ok: true }) => void = () => undefined
  const handOver = () => new Promise<{ ok: true }>((resolve) => (answer = resolve))
  const { api } = await openSidebar({ api: { takers, profile, handOver } })
  await click(button(/^更多/))
  await click(button(/^转接/))
  await choose('赵六')
  await submit('转给谁')
  expect(button('在转…').disabled).toBe(true)
  await submit('转给谁')
  answer({ ok: true })
  await flushPromises()
  expect(vi.mocked(api.handOver).mock.calls).toEqual([['wm-sunyao', 'zhaoliu']])
})

test('a store without another guide says so', async () => {
  await openSidebar({ api: { profile } })
  await click(button(/^更多/))
  await click(button(/^转接/))
  expect(screenText()).toContain('店里没有别的导购可以接手；要转给别的店，请找运营。')
  expect(screenText()).not.toContain('24 小时')
})

test.each([
  ['the guide', { standsInFor: null }],
  ['who only looks', { standsInFor: '林夏', isReadOnly: true }],
  ['who has begun it already', { standsInFor: '林夏', handover: '正在从林夏转给王五' }],
])('%s has no such button', async (_who, what) => {
  await openSidebar({ api: { profile: async (externalUserId) => aProfile({ externalUserId, ...what }) } })
  await click(button(/^更多/))
  expect([...document.querySelectorAll('button')].filter((one) => one.textContent?.startsWith('转接'))).toEqual([])
})
