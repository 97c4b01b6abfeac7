import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../api/api-error.ts'
import { aProfile } from '../testing/fixtures.ts'
import { closeSidebars, deferred, openSidebar } from '../testing/open-sidebar.ts'
import { button, click, screenText } from '../testing/screen.ts'

afterEach(closeSidebars)

const born = (date: string, daysUntil: number) => aProfile({ birthday: { date, daysUntil } })

test('two taps and a pick: the day is on the card at once, and stays when the server has it', async () => {
  const answer = deferred<{ ok: true }>()
  const profile = vi.fn().mockResolvedValueOnce(aProfile()).mockResolvedValue(born('06-15', 205))
  const { api } = await openSidebar({ api: { profile, changeBirthday: () => answer.promise } })
  await click(button(/^更多/))
  await click(button('加生日'))
  await click(button('保存'))
  expect(api.changeBirthday).toHaveBeenCalledWith('wm-sunyao', { birthday: '06-15', saw: null })
  expect(button(/改生日/).textContent).toContain('生日 6月15日在保存')
  expect(button(/改生日/).disabled).toBe(true)
  answer.resolve({ ok: true })
  await flushPromises()
  expect(button('生日 6月15日，改生日').textContent).toBe('生日 6月15日')
})

test('what the server refuses is put back, with its words', async () => {
  const changeBirthday = vi
    .fn()
    .mockRejectedValue(new ApiError(400, 'sidebar.no-birthday', '没有这一天，请重新选生日。'))
  await openSidebar({ api: { changeBirthday } })
  await click(button(/^更多/))
  await click(button('加生日'))
  await click(button('保存'))
  expect(screenText()).toContain('没有这一天，请重新选生日。')
  expect(button('加生日')).toBeDefined()
})

test.each([
  ['1990-05-20', 180, '生日 5月20日'],
  ['11-29', 7, '生日 11月29日，还有 7 天'],
  ['11-22', 0, '生日 11月22日，就是今天'],
])('%s in %i days: %s', async (date, days, text) => {
  await openSidebar({ api: { profile: async () => born(date, days) } })
  // Within a week it is there at once.
  if (days > 7) await click(button(/^更多/))
  expect(button(/改生日/).textContent).toBe(text)
})

test('the same day again asks for nothing, so a year that was known stays; 清除 forgets it', async () => {
  const { api } = await openSidebar({ api: { profile: async () => born('1990-05-20', 180) } })
  await click(button(/^更多/))
  await click(button(/改生日/))
  await click(button('保存'))
  expect(api.changeBirthday).not.toHaveBeenCalled()
  await click(button(/改生日/))
  await click(button('清除'))
  expect(api.changeBirthday).toHaveBeenCalledWith('wm-sunyao', { birthday: null, saw: '1990-05-20' })
})

test('a day that waits for the network outlives 收起, and is put back when it is refused after all', async () => {
  const changeBirthday = vi
    .fn()
    .mockRejectedValueOnce(new ApiError(0, 'network', '连不上服务器'))
    .mockRejectedValue(new ApiError(400, 'sidebar.no-birthday', '没有这一天，请重新选生日。'))
  await openSidebar({ api: { changeBirthday } })
  await click(button(/^更多/))
  await click(button('加生日'))
  await click(button('保存'))
  await click(button('收起'))
  await click(button(/^更多/))
  expect(button(/改生日/).textContent).toContain('生日 6月15日')
  await click(button('收起'))
  window.dispatchEvent(new Event('online'))
  await flushPromises()
  await click(button(/^更多/))
  expect(button('加生日').disabled).toBe(false)
})
