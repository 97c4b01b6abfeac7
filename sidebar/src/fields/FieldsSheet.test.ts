import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../api/api-error.ts'
import { aProfile } from '../testing/fixtures.ts'
import { someFields } from '../testing/fixtures-known.ts'
import { closeSidebars, fakeChat, openSidebar } from '../testing/open-sidebar.ts'
import { button, click, screenText, sheet, submit } from '../testing/screen.ts'

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

test('who was faster is told, and what they wrote is there when the sheet is opened again', async () => {
  const changeFields = vi
    .fn()
    .mockRejectedValue(new ApiError(409, 'sidebar.overtaken', '「家里几口人」刚刚被别处改成了「6 口」'))
  const answers = vi.fn(profile)
  await openSidebar({ api: { profile: answers, changeFields } })
  await click(button(/^资料/))
  await write('家里几口人', '5')
  const [first, ...others] = someFields()
  answers.mockResolvedValue(
    aProfile({ fields: [{ ...(first as (typeof others)[number]), value: 6, text: '6 口' }, ...others] }),
  )
  await submit('客户资料')
  expect(screenText()).toContain('刚刚被别处改成了「6 口」')
  await click(button(/^资料/))
  expect(input('家里几口人').value).toBe('6')
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
