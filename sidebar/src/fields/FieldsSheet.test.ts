import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import type { FieldValue } from '../../../server/sidebar-api/contract.ts'
import { ApiError } from '../api/api-error.ts'
import { aProfile } from '../testing/fixtures.ts'
import { someFields } from '../testing/fixtures-known.ts'
import { closeSidebars, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { button, click, screenText, sheet, sheets, submit } from '../testing/screen.ts'

afterEach(closeSidebars)

const profile = async (externalUserId: string) => aProfile({ externalUserId, fields: someFields() })

function input(name: string): HTMLInputElement {
  const label = [...document.querySelectorAll('.label')].find((one) => one.textContent?.startsWith(name))
  const found = document.querySelector<HTMLInputElement>(`input[aria-labelledby="${label?.id}"]`)
  if (found === null) throw new Error(`no field ${name}`)
  return found
}
async function write(name: string, text: string): Promise<void> {
  input(name).value = text
  input(name).dispatchEvent(new Event('input'))
  await flushPromises()
}
async function choose(option: string): Promise<void> {
  const label = [...document.querySelectorAll('.choice')].find((one) => one.textContent === option)
  label?.querySelector('input')?.dispatchEvent(new Event('click'))
  await flushPromises()
}

test('what is known stands in the header, with how much guides are asked to find out', async () => {
  await openSidebar({ api: { profile } })
  expect(screenText()).toContain('家里几口人 4 口')
  expect(screenText()).toContain('会员号 M-20418')
  expect(button(/^资料/).textContent).toContain('还差 1 项')
})

test('only what was changed is sent, with what stood there', async () => {
  const { api } = await openSidebar({ api: { profile } })
  await click(button(/^资料/))
  await write('家里几口人', '5')
  await choose('烤箱')
  await choose('平底锅')
  await choose('七成')
  await choose('七成')
  await write('孩子生日', '2023-05-20')
  expect(screenText()).toContain('保存 3 项')
  await submit('客户资料')
  expect(vi.mocked(api.changeFields).mock.calls).toMatchObject([
    [
      'wm-sunyao',
      {
        changes: [
          { field: '家里几口人', value: 5, saw: 4 },
          { field: '用什么煎', value: ['平底锅', '烤箱'], saw: null },
          { field: '孩子生日', value: '2023-05-20', saw: null },
        ],
      },
    ],
  ])
  expect(screenText()).toContain('资料记下了')
})

test('back to what stood there is no change, and what may not be edited has no field', async () => {
  const { api } = await openSidebar({ api: { profile } })
  await click(button(/^资料/))
  await write('家里几口人', '5')
  await write('家里几口人', '4')
  await submit('客户资料')
  expect(api.changeFields).not.toHaveBeenCalled()
  expect(() => input('会员号')).toThrow()
  expect(sheet('客户资料').textContent).toContain('M-20418')
})

test('what was begun outlives a closed sheet and another chat', async () => {
  const chat = fakeChat('wm-a')
  await openSidebar({ chat, api: { profile } })
  await click(button(/^资料/))
  await write('忌口过敏', '花生')
  await chat.switchTo('wm-b')
  await click(button(/^资料/))
  expect(input('忌口过敏').value).toBe('')
  await chat.switchTo('wm-a')
  await click(button(/^资料/))
  expect(input('忌口过敏').value).toBe('花生')
  expect(screenText()).toContain('这是你上次没有保存的')
  await click(button('用现在的'))
  expect(input('忌口过敏').value).toBe('')
})

/** As the server answers a change of which these fields were not kept. */
const refusing = (...refused: [field: string, zh: string, saw: FieldValue | null][]) =>
  new ApiError(
    400,
    'sidebar.fields-refused',
    refused.map(([field, zh]) => `「${field}」${zh}`).join(''),
    refused.map(([field, zh, saw]) => ({ field, name: field, zh, saw })),
  )
const fieldOf = (name: string): string =>
  [...document.querySelectorAll('.profile-field')].find((one) => one.textContent?.startsWith(name))?.textContent ?? ''

test('of several fields the right ones are kept; each that is refused says so where it stands, with what was typed', async () => {
  const changeFields = vi
    .fn()
    .mockRejectedValueOnce(refusing(['家里几口人', '要填 1 到 20 的整数，改好再保存。', 4]))
    .mockResolvedValue({ ok: true })
  const answers = vi.fn(profile)
  await openSidebar({ api: { profile: answers, changeFields } })
  await click(button(/^资料/))
  await write('家里几口人', '四')
  await write('忌口过敏', '花生')
  answers.mockResolvedValue(
    aProfile({
      fields: someFields().map((one) => (one.field === '忌口过敏' ? { ...one, value: '花生', text: '花生' } : one)),
    }),
  )
  await submit('客户资料')
  expect(fieldOf('家里几口人')).toContain('要填 1 到 20 的整数，改好再保存。')
  expect(fieldOf('忌口过敏')).not.toContain('要填')
  expect([input('家里几口人').value, input('忌口过敏').value]).toEqual(['四', '花生'])
  expect(screenText()).toContain('1 项记下了，1 项没有')
  expect([document.activeElement === input('家里几口人'), input('家里几口人').getAttribute('aria-invalid')]).toEqual([
    true,
    'true',
  ])
  // It is said of what was typed, not of what is typed next.
  await write('家里几口人', '5')
  expect(fieldOf('家里几口人')).not.toContain('要填')
  await click(button('保存 1 项'))
  expect(changeFields.mock.calls.map(([, { changes }]) => changes)).toEqual([
    [
      { field: '家里几口人', value: '四', saw: 4 },
      { field: '忌口过敏', value: '花生', saw: null },
    ],
    [{ field: '家里几口人', value: 5, saw: 4 }],
  ])
  expect(sheets()).toEqual([])
})

test('who was faster is told at the field; what was typed is saved with a second tap, or dropped', async () => {
  const overtaken = refusing(['家里几口人', '刚刚被别处改成了「6 口」', 6])
  const changeFields = vi.fn().mockRejectedValueOnce(overtaken).mockResolvedValue({ ok: true })
  const answers = vi.fn(profile)
  await openSidebar({ api: { profile: answers, changeFields } })
  const [first, ...others] = someFields()
  const moved = { ...(first as (typeof others)[number]), value: 6, text: '6 口' }
  await click(button(/^资料/))
  await write('家里几口人', '5')
  answers.mockResolvedValue(aProfile({ fields: [moved, ...others] }))
  await submit('客户资料')
  expect([fieldOf('家里几口人').includes('刚刚被别处改成了「6 口」'), input('家里几口人').value]).toEqual([true, '5'])
  // The reason outlives the sheet, as what was typed does.
  await click(sheet('客户资料').parentElement as HTMLElement)
  await click(button(/^资料/))
  expect(fieldOf('家里几口人')).toContain('刚刚被别处改成了「6 口」')
  await click(button(/^用现在的，家里几口人/))
  expect([input('家里几口人').value, changeFields.mock.calls.length]).toEqual(['6', 1])
  await write('家里几口人', '5')
  await submit('客户资料')
  expect(changeFields.mock.lastCall?.[1].changes).toEqual([{ field: '家里几口人', value: 5, saw: 6 }])
})

test('a second tap after being told saves over what somebody else wrote', async () => {
  const changeFields = vi
    .fn()
    .mockRejectedValueOnce(refusing(['家里几口人', '刚刚被别处改成了「6 口」', 6]))
    .mockResolvedValue({ ok: true })
  await openSidebar({ api: { profile, changeFields } })
  await click(button(/^资料/))
  await write('家里几口人', '5')
  await submit('客户资料')
  await submit('客户资料')
  expect(changeFields.mock.lastCall?.[1].changes).toEqual([{ field: '家里几口人', value: 5, saw: 6 }])
})

test('what waited for the network and is refused in part is there to go on with, and only that', async () => {
  const chat = fakeChat('wm-a')
  const changeFields = vi
    .fn()
    .mockRejectedValueOnce(new ApiError(0, 'network', '连不上服务器，请检查网络后重试'))
    .mockRejectedValue(refusing(['家里几口人', '要填 1 到 20 的整数，改好再保存。', 4]))
  await openSidebar({ chat, api: { profile, changeFields } })
  await click(button(/^资料/))
  await write('家里几口人', '40')
  await write('忌口过敏', '花生')
  await submit('客户资料')
  await chat.switchTo('wm-b')
  window.dispatchEvent(new Event('online'))
  await flushPromises()
  expect(screenText()).toContain('的资料没有保存：「家里几口人」要填 1 到 20 的整数')
  await chat.switchTo('wm-a')
  await click(button(/^资料/))
  expect([input('家里几口人').value, button(/^保存/).textContent]).toEqual(['40', '保存 1 项'])
})

test('what was begun about a field that is not asked any more is told, is not sent, and can be dropped', async () => {
  const answers = vi.fn(profile)
  const { api } = await openSidebar({ api: { profile: answers } })
  await click(button(/^资料/))
  await write('忌口过敏', '花生')
  await write('家里几口人', '5')
  await click(sheet('客户资料').parentElement as HTMLElement)
  answers.mockResolvedValue(aProfile({ fields: someFields().filter(({ field }) => field !== '忌口过敏') }))
  window.dispatchEvent(new Event('online'))
  await flushPromises()
  await click(button(/^资料/))
  expect(sheet('客户资料').textContent).toContain('「忌口过敏」现在改不了，没有保存，写的是「花生」')
  await submit('客户资料')
  expect(vi.mocked(api.changeFields).mock.calls.map(([, { changes }]) => changes)).toEqual([
    [{ field: '家里几口人', value: 5, saw: 4 }],
  ])
  await click(button(/^资料/))
  await click(button(/^不要了，忌口过敏/))
  expect(sheet('客户资料').textContent).not.toContain('花生')
})

test.each([
  ['a whole number', '6', 6],
  ['digits of a Chinese keyboard', '６', 6],
  ['words', '四', '四'],
  ['half a person', '4.5', '4.5'],
  ['more than a number holds', '1e400', '1e400'],
])('%s in a field of numbers goes as it was typed, never emptied or rounded', async (_what, typed, sent) => {
  const { api } = await openSidebar({ api: { profile } })
  await click(button(/^资料/))
  await write('家里几口人', typed)
  await submit('客户资料')
  expect(vi.mocked(api.changeFields).mock.calls[0]?.[1].changes).toEqual([{ field: '家里几口人', value: sent, saw: 4 }])
})

test('without a network the change waits and is sent once', async () => {
  const changeFields = vi
    .fn()
    .mockRejectedValueOnce(new ApiError(0, 'network', '连不上服务器，请检查网络后重试'))
    .mockResolvedValue({ ok: true })
  await openSidebar({ api: { profile, changeFields } })
  await click(button(/^资料/))
  await write('忌口过敏', '花生')
  await submit('客户资料')
  expect(screenText()).toContain('没有网络，已记下')
  window.dispatchEvent(new Event('online'))
  await flushPromises()
  expect(changeFields).toHaveBeenCalledTimes(2)
  expect(changeFields.mock.calls[0]?.[1].key).toBe(changeFields.mock.calls[1]?.[1].key)
})

test('a shop that declares no fields sees none', async () => {
  await openSidebar()
  expect(screenText()).not.toContain('资料')
})
