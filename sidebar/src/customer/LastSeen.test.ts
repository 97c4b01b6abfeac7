import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Profile } from '../../../server/sidebar-api/contract.ts'
import { aProfile } from '../testing/fixtures.ts'
import { closeSidebars, deferred, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { buttons, screenText } from '../testing/screen.ts'
import type { ChatContext } from '../wecom/chat-client.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(closeSidebars)

const NAMES: Record<string, string> = { 'wm-a': '甲客户', 'wm-b': '乙客户' }
const profile = async (externalUserId: string): Promise<Profile> =>
  aProfile({ externalUserId, name: NAMES[externalUserId] ?? '孙瑶', remark: null })

/** A window in which two customers were looked at; it is closed again. */
async function seeTwo(): Promise<void> {
  const chat = fakeChat('wm-a')
  const { wrapper } = await openSidebar({ chat, api: { profile } })
  await chat.switchTo('wm-b')
  wrapper.unmount()
}

function slowChat() {
  const answer = deferred<ChatContext>()
  let listen: () => void = () => undefined
  const chat = {
    ...fakeChat('wm-a'),
    context: vi.fn(() => answer.promise),
    onContextChange: (listener: () => void) => {
      listen = listener
      return () => undefined
    },
  }
  return { chat, answer, changes: () => listen() }
}

test('while a slow client has not said whom the chat is with, the last ones are there to be read and nothing can be changed', async () => {
  await seeTwo()
  const { chat, answer } = slowChat()
  const { api } = await openSidebar({ chat, api: { profile } })
  await vi.advanceTimersByTimeAsync(400)
  expect(screenText()).toContain('正在看这个聊天是和谁')
  expect(screenText()).toContain('认出是谁之前只能看，不能改')
  expect(screenText().indexOf('乙客户')).toBeLessThan(screenText().indexOf('甲客户'))
  expect(buttons(/./)).toEqual([])
  await vi.advanceTimersByTimeAsync(2_000)
  expect(screenText()).toContain('企业微信有点慢')
  expect(api.profile).not.toHaveBeenCalled()
  answer.resolve({ kind: 'customer', externalUserId: 'wm-a' })
  await flushPromises()
  expect(screenText()).toContain('甲客户')
  expect(screenText()).not.toContain('乙客户')
  expect(buttons(/加备注/)).toHaveLength(1)
})

test('a client that answers at once shows no list in between', async () => {
  await seeTwo()
  const { chat } = slowChat()
  await openSidebar({ chat, api: { profile } })
  await vi.advanceTimersByTimeAsync(200)
  expect(screenText()).not.toContain('最近看过的客户')
})

test('when the chat changes slowly, the former customer is not among those to be read', async () => {
  await seeTwo()
  const { chat, answer, changes } = slowChat()
  chat.context.mockResolvedValueOnce({ kind: 'customer', externalUserId: 'wm-a' })
  await openSidebar({ chat, api: { profile } })
  changes()
  await vi.advanceTimersByTimeAsync(400)
  expect(document.querySelector('.seen')?.textContent).toContain('聊天换了，正在看是和谁')
  expect(document.querySelector('.seen')?.textContent).toContain('乙客户')
  expect(document.querySelector('.seen')?.textContent).not.toContain('甲客户')
  answer.resolve({ kind: 'customer', externalUserId: 'wm-b' })
  await flushPromises()
  expect(document.querySelector('.seen')).toBeNull()
})

test('nobody of another login is there', async () => {
  await seeTwo()
  const me = async () => ({ userId: 'linxia', name: '林夏', session: 's2' })
  await openSidebar({ chat: slowChat().chat, api: { profile, me } })
  await vi.advanceTimersByTimeAsync(400)
  expect(screenText()).toContain('正在看这个聊天是和谁')
  expect(screenText()).not.toContain('甲客户')
})
