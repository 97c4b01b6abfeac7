import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../api/api-error.ts'
import { aProfile } from '../testing/fixtures.ts'
import { closeSidebars, openSidebar } from '../testing/open-sidebar.ts'
import { button, click, screenText, submit } from '../testing/screen.ts'

afterEach(closeSidebars)

const takers = async () => ({ takers: [{ userId: 'wangwu', name: '王五' }] })
const profile = async (externalUserId: string) => aProfile({ externalUserId, standsInFor: '林夏' })

async function choose(text: string): Promise<void> {
  const label = [...document.querySelectorAll('.option')].find((one) => one.textContent === text)
  const input = label?.querySelector('input')
  if (input === null || input === undefined) throw new Error(`no option ${text}`)
  input.checked = true
  input.dispatchEvent(new Event('change'))
}

test('a lead hands the customer over to a guide of the list, and is told what comes next', async () => {
  const { api } = await openSidebar({ api: { takers, profile } })
  await click(button(/^转接/))
  expect(screenText()).toContain('24 小时内没有拒绝就转过去；林夏不再是好友。')
  await choose('王五')
  await submit('转给谁')
  expect(vi.mocked(api.handOver).mock.calls).toEqual([['wm-sunyao', 'wangwu']])
  expect(screenText()).toContain('已发起转接')
})

test('what the server refuses is said', async () => {
  const handOver = () => Promise.reject(new ApiError(409, 'sidebar.no-handover', '这位客户现在转不了：已经在转接中。'))
  await openSidebar({ api: { takers, profile, handOver } })
  await click(button(/^转接/))
  await choose('王五')
  await submit('转给谁')
  expect(screenText()).toContain('这位客户现在转不了：已经在转接中。')
})

test('a store without another guide says so', async () => {
  await openSidebar({ api: { profile } })
  await click(button(/^转接/))
  expect(screenText()).toContain('店里没有别的导购可以接手')
})

test.each([
  ['the guide', { standsInFor: null }],
  ['who only looks', { standsInFor: '林夏', isReadOnly: true }],
])('%s has no such button', async (_who, what) => {
  await openSidebar({ api: { profile: async (externalUserId) => aProfile({ externalUserId, ...what }) } })
  expect([...document.querySelectorAll('button')].filter((one) => one.textContent?.startsWith('转接'))).toEqual([])
})
