import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../api/api-error.ts'
import { aProfile, NOW_MS } from '../testing/fixtures.ts'
import { someNotes } from '../testing/fixtures-known.ts'
import { closeSidebars, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { button, buttons, click, screenText, sheet, sheets, submit, type } from '../testing/screen.ts'

afterEach(closeSidebars)

const onTheDay = () => vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] })
const choose = async (day: string): Promise<void> => {
  const radio = document.querySelector<HTMLInputElement>(`input[type=radio][value="${day}"]`)
  if (radio === null) throw new Error(`no ${day}`)
  radio.checked = true
  radio.dispatchEvent(new Event('change'))
  await flushPromises()
}

test('a note is two taps: the field has the focus, save closes and says so', async () => {
  const { api } = await openSidebar()
  await click(button('记一笔'))
  expect(document.activeElement?.tagName).toBe('TEXTAREA')
  await type('要记的话', '家里有烤箱')
  await submit('记一笔')
  expect(vi.mocked(api.writeNote).mock.calls).toMatchObject([['wm-sunyao', { text: '家里有烤箱', isPinned: false }]])
  expect(vi.mocked(api.writeNote).mock.calls[0]?.[1].key).toMatch(/^[0-9a-f]{32}$/)
  expect(sheets()).toEqual([])
  expect(screenText()).toContain('记下了')
  await click(button('记一笔'))
  expect(sheet('记录').querySelector('textarea')?.value).toBe('')
})

test('a reminder is for its day, and no note', async () => {
  onTheDay()
  const { api } = await openSidebar()
  await click(button('记一笔'))
  await type('要记的话', '问她吃得怎么样')
  await choose('三天后')
  expect(screenText()).toContain('11月25日 早上 9 点出现在待办里')
  await submit('记一笔')
  expect(vi.mocked(api.setReminder).mock.calls).toMatchObject([
    ['wm-sunyao', { text: '问她吃得怎么样', on: '2026-11-25' }],
  ])
  expect(api.writeNote).not.toHaveBeenCalled()
})

test('what was begun outlives a closed sheet and another chat, and what the server refuses is still there', async () => {
  const chat = fakeChat('wm-a')
  const writeNote = vi.fn().mockRejectedValue(new ApiError(400, 'sidebar.no-words', '还没有写内容。'))
  await openSidebar({ chat, api: { writeNote } })
  await click(button('记一笔'))
  await type('要记的话', '写了一半')
  await chat.switchTo('wm-b')
  await click(button('记一笔'))
  expect(sheet('记录').querySelector('textarea')?.value).toBe('')
  await chat.switchTo('wm-a')
  await click(button('记一笔'))
  expect(sheet('记录').querySelector('textarea')?.value).toBe('写了一半')
  await submit('记一笔')
  expect(screenText()).toContain('还没有写内容。（写的还在）')
  await click(button('记一笔'))
  expect(sheet('记录').querySelector('textarea')?.value).toBe('写了一半')
})

test('without a network a note waits, is seen to wait, and is sent once when it is back', async () => {
  const writeNote = vi
    .fn()
    .mockRejectedValueOnce(new ApiError(0, 'network', '连不上服务器，请检查网络后重试'))
    .mockResolvedValue({ ok: true })
  await openSidebar({ api: { writeNote } })
  await click(button('记一笔'))
  await type('要记的话', '家里有烤箱')
  await submit('记一笔')
  expect(screenText()).toContain('没有网络，已记下')
  await click(button('记一笔'))
  expect(screenText()).toContain('家里有烤箱等网络恢复后保存')
  window.dispatchEvent(new Event('online'))
  await flushPromises()
  expect(writeNote).toHaveBeenCalledTimes(2)
  expect(writeNote.mock.calls[0]?.[1].key).toBe(writeNote.mock.calls[1]?.[1].key)
  expect(screenText()).not.toContain('等网络恢复后保存')
})

test('notes say whose they are; one’s own go after a second tap, the others’ not', async () => {
  const { api } = await openSidebar()
  await click(button('记一笔'))
  expect(screenText()).toContain('陈浩，')
  expect(buttons(/^删/)).toHaveLength(1)
  await click(button(/^删/))
  expect(api.removeNote).not.toHaveBeenCalled()
  await click(button(/^真的删/))
  expect(vi.mocked(api.removeNote).mock.calls).toEqual([['wm-sunyao', '7']])
  await click(button(/^置顶：家里有烤箱/))
  expect(vi.mocked(api.pinNote).mock.calls).toEqual([['wm-sunyao', '3', true]])
  await click(button(/^取消提醒/))
  expect(vi.mocked(api.refuseTask).mock.calls).toEqual([['wm-sunyao', '41', undefined]])
})

test('the pinned note stands in the header and opens the others', async () => {
  const pinned = { text: '孩子对花生过敏', by: '林夏', atMs: NOW_MS }
  await openSidebar({ api: { profile: async () => aProfile({ pinned }) } })
  await click(button(/孩子对花生过敏/))
  expect(sheet('记录').textContent).toContain('家里有烤箱')
})

test('who may only look reads and writes nothing', async () => {
  const lost = { by: 'customer' as const, atMs: NOW_MS, help: [] }
  await openSidebar({ api: { profile: async () => aProfile({ isReadOnly: true, lost }) } })
  await click(button('记录'))
  expect(screenText()).toContain('家里有烤箱')
  expect(sheet('记录').querySelectorAll('textarea, button:not([aria-label="关闭"])')).toHaveLength(0)
})

test('nobody has written yet: that is said', async () => {
  const notes = async () => someNotes({ notes: [], reminders: [], total: 0 })
  await openSidebar({ api: { notes } })
  await click(button('记一笔'))
  expect(screenText()).toContain('还没有人记过这位客户')
})
